package org.poolmanager.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets the children of one pool take their classes from an archive, and sees to it that there is one. Whatever goes
 * wrong with that, children start as they do without. Safe for use by many threads.
 *
 * <p>Where no archive fits, one child writes down which classes it loads. A while after it is ready, a JVM of low
 * priority is started that loads the same classes, runs nothing of them, and leaves the archive behind; on JDK 25 and
 * newer a second one follows that makes an AOT cache of what the first has left.
 */
public final class SharedClasses implements AutoCloseable {

    private final JvmOptions options;

    private final Supplier<ClassPath> classPath;

    private final Supplier<Path> directory;

    private @Nullable Training training;

    /** Whether somebody has looked if a child has taken its AOT cache. */
    private boolean looked;

    private boolean closed;

    /**
     * @param classPath asked for each child
     * @param directory tells that of the pool, which belongs to its owner alone and is removed with the pool
     */
    public SharedClasses(JvmOptions options, Supplier<ClassPath> classPath, Supplier<Path> directory) {
        this.options = options;
        this.classPath = classPath;
        this.directory = directory;
    }

    /**
     * Starts a child, see {@link ChildJvm#start}.
     *
     * @throws LaunchException likewise
     */
    public ChildJvm start(String mainClass) {
        ClassPath entries = classPath.get();
        ClassSupply supply = supply(entries);
        try {
            ChildJvm child = ChildJvm.start(mainClass, entries, options, directory.get(), supply);
            if (supply.kind() == ClassSupply.Kind.RECORDING) {
                var unused = child.onExit().thenRun(() -> recorderEnded(supply));
            }
            return child;
        } catch (LaunchException e) {
            recorderEnded(supply);
            throw e;
        }
    }

    /** Says that a child has come up. */
    public synchronized void ready(ChildJvm child) {
        try {
            if (training != null && training.isRecordedBy(child.supply()) && !closed) {
                training.begin();
            }
            Path cache = child.supply().file();
            if (child.supply().kind() == ClassSupply.Kind.AOT_CACHE && cache != null && !looked) {
                looked = true;
                inBackground(() -> look(child.pid(), cache));
            }
        } catch (OutOfMemoryError e) {
            // No thread can be made now. The child is up all the same.
        }
    }

    private static void inBackground(Runnable what) {
        Thread thread = new Thread(null, what, "poolmanager-class-archive-look", 0, false);
        thread.setDaemon(true);
        thread.start();
    }

    /** A JVM that refuses its AOT cache does not say so, and has no archive at all. Nobody's start waits for this look. */
    private static void look(long pid, Path cache) {
        try {
            String mapped = cache.toRealPath().toString();
            List<String> maps = Files.readAllLines(Path.of("/proc", Long.toString(pid), "maps"));
            boolean complete =
                    maps.stream().anyMatch(line -> line.endsWith("[stack]")); // those of one that ends are not
            if (complete && maps.stream().noneMatch(line -> line.contains(mapped))) {
                ArchiveDirectory.refuse(cache);
            }
        } catch (IOException e) {
            // The child is gone, or the cache: the next one is looked at when the next pool starts.
        }
    }

    /**
     * Whether the JVM of a child that ended before it was ready crashed, and an archive may be the reason. That archive
     * is not used again, so another start makes sense.
     */
    public boolean mayHaveBroken(ChildJvm child, int exitValue) {
        ClassSupply supply = child.supply();
        Path crashLog = child.crashLog();
        String signal = Signals.of(exitValue);
        boolean crashed = crashLog != null || (signal != null && Signals.isCrash(signal));
        if (!supply.isArchive() || supply.file() == null || !crashed) {
            return false;
        }
        ArchiveDirectory.distrust(supply.file());
        if (crashLog != null) {
            ArgumentFile.delete(crashLog); // kept, it would be taken for the reason of another end
        }
        return true;
    }

    private synchronized ClassSupply supply(ClassPath entries) {
        if (!options.shareClasses() || closed) {
            return ClassSupply.NONE;
        }
        try {
            Path java = JavaBinary.of(options.javaHome());
            ArchiveKey key = ArchiveKey.of(java, entries, options);
            ArchiveDirectory archives = key == null ? null : ArchiveDirectory.open(directory.get());
            // Where no AOT cache could be made there may still be a class-data archive.
            if (key != null && archives != null && key.kind() != ArchiveKind.CLASS_DATA && archives.hasFailed(key)) {
                key = ArchiveKey.of(java, entries, options, ArchiveKind.CLASS_DATA);
            }
            return key == null || archives == null ? ClassSupply.NONE : supply(key, archives);
        } catch (IOException | RuntimeException e) {
            return ClassSupply.NONE; // what it may mean for the start, the start itself will say
        }
    }

    private ClassSupply supply(ArchiveKey key, ArchiveDirectory archives) throws IOException {
        Path archive = archives.find(key);
        if (archive != null) {
            return ClassSupply.from(archive, key.kind());
        }
        if (training != null && !training.isOver()) {
            return ClassSupply.NONE; // one at a time, also if the class path has changed meanwhile
        }
        Training claimed = Training.claim(key, options, archives, directory.get());
        if (claimed == null) {
            return ClassSupply.NONE;
        }
        training = claimed;
        return claimed.recorder();
    }

    /** If it never became ready, another one may record. */
    private synchronized void recorderEnded(ClassSupply supply) {
        if (training != null && training.isRecordedBy(supply)) {
            training.cancel();
        }
    }

    /** Ends what is under way, the process included. */
    @Override
    public void close() {
        Training last;
        synchronized (this) {
            closed = true;
            last = training;
        }
        if (last != null) {
            last.end();
        }
    }
}

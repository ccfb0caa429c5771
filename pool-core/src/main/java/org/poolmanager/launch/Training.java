package org.poolmanager.launch;

import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes one archive from what one child has loaded, on a thread and in processes of its own, one after the other. */
final class Training {

    private static final String MAIN = "org.poolmanager.worker.ClassLoadingMain";

    /** The application's own start comes first, and a worker's first tasks should be in the record. */
    private static final Duration DELAY = Duration.ofSeconds(1);

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private static final Duration TEAR_DOWN = Duration.ofSeconds(2);

    /** What one needs on the disk, generously. */
    private static final long ROOM = 64L << 20;

    private static final int MAX_CLASSES = 50_000;

    /** Classes with another source were made at run time, or are in the JDK's archive. */
    private static final Pattern LOADED = Pattern.compile("(\\S+) source: (?:file|jrt):.*");

    /** Those of the JDK's archive count where ours comes instead of it. */
    private static final Pattern LOADED_OR_SHARED =
            Pattern.compile("(\\S+) source: (?:(?:file|jrt):|shared objects file).*");

    /** What pools of this JVM are making, or could not make. */
    private static final Set<String> CLAIMED = ConcurrentHashMap.newKeySet();

    private enum State {
        RECORDING,
        RUNNING,
        DONE,
        ENDED
    }

    private final ArchiveKey key;

    private final JvmOptions options;

    private final ArchiveDirectory archives;

    private final Path directory;

    private final ClassSupply recorder;

    private final CountDownLatch end = new CountDownLatch(1);

    private State state = State.RECORDING;

    private @Nullable ChildJvm trainer;

    private Training(ArchiveKey key, JvmOptions options, ArchiveDirectory archives, Path directory) {
        this.key = key;
        this.options = options;
        this.archives = archives;
        this.directory = directory;
        this.recorder = new ClassSupply(ClassSupply.Kind.RECORDING, recording());
    }

    /** Null if it makes no sense, or another pool of this JVM is at it or has failed. */
    static @Nullable Training claim(ArchiveKey key, JvmOptions options, ArchiveDirectory archives, Path directory) {
        // The JVM gives these characters of a file's name a meaning.
        boolean canRecord =
                !directory.toString().contains("%") && !directory.toString().contains("\"");
        return canRecord && !archives.isHopeless(key) && CLAIMED.add(key.id())
                ? new Training(key, options, archives, directory)
                : null;
    }

    private Path recording() {
        return directory.resolve("classes.log");
    }

    /** What the child is started with that is to record. */
    ClassSupply recorder() {
        return recorder;
    }

    @SuppressWarnings("ReferenceEquality") // another one may have the same file
    boolean isRecordedBy(ClassSupply supply) {
        return supply == recorder;
    }

    synchronized boolean isOver() {
        return state == State.DONE || state == State.ENDED;
    }

    synchronized void begin() {
        if (state == State.RECORDING) {
            state = State.DONE; // unless there is a thread for it
            Thread thread = new Thread(null, this::run, "poolmanager-class-archive", 0, false);
            thread.setDaemon(true);
            thread.start();
            state = State.RUNNING; // it looks at that under this lock
        }
    }

    /** Gives up if it has not begun. */
    synchronized void cancel() {
        if (state == State.RECORDING) {
            state = State.ENDED;
            CLAIMED.remove(key.id());
        }
    }

    /** Ends it, and waits for the end of its process. */
    void end() {
        ChildJvm running;
        synchronized (this) {
            if (state == State.DONE || state == State.ENDED) {
                return;
            }
            state = State.ENDED;
            CLAIMED.remove(key.id());
            running = trainer;
        }
        end.countDown();
        if (running != null) {
            running.kill();
            awaitExit(running, TEAR_DOWN);
        }
    }

    private void run() {
        try {
            if (!end.await(DELAY.toMillis(), TimeUnit.MILLISECONDS)) {
                train();
            }
        } catch (IOException | InterruptedException | RuntimeException | OutOfMemoryError e) {
            // Nobody waits for it. What has been claimed stays so: this JVM does not try again.
        } finally {
            synchronized (this) {
                if (state == State.RUNNING) {
                    state = State.DONE;
                }
                if (trainer != null) {
                    trainer.kill(); // does nothing but when something has failed here
                }
            }
        }
    }

    private void train() throws IOException {
        Path made = directory.resolve("classes" + key.kind().suffix());
        try {
            int value = switch (key.kind()) {
                case CLASS_DATA -> load(ClassSupply.Kind.TRAINING, made);
                case AOT_CACHE -> {
                    int recorded = load(ClassSupply.Kind.AOT_TRAINING, made);
                    yield recorded == 0 ? awaitEnd(launch(ClassSupply.Kind.AOT_CREATION, made)) : recorded;
                }
            };
            synchronized (this) {
                if (state != State.RUNNING) {
                    return;
                }
                if (value == 0 && Files.exists(made)) {
                    archives.publish(key, made);
                    CLAIMED.remove(key.id());
                } else if (!hasRoom()) {
                    CLAIMED.remove(key.id());
                } else if (isVerdict(value)) {
                    archives.setHopeless(key);
                }
            }
        } finally {
            Files.deleteIfExists(made);
            Files.deleteIfExists(ClassSupply.configuration(made));
        }
    }

    /** Whether a JVM that ended like this would do so again; one that was too slow, or was ended by others, would not. */
    private static boolean isVerdict(int value) {
        String signal = Signals.of(value);
        return value >= 0 && (signal == null || Signals.isCrash(signal));
    }

    /** On a full disk none can be made now, perhaps later. */
    private boolean hasRoom() {
        return directory.toFile().getUsableSpace() >= ROOM;
    }

    /** Has a JVM load what the child had loaded. Returns its exit value. */
    private int load(ClassSupply.Kind how, Path made) throws IOException {
        List<String> classes = recorded();
        ChildJvm child = launch(how, made);
        if (child != null) {
            tell(child, directory.resolve("rehearsal"), classes);
        }
        return awaitEnd(child);
    }

    private List<String> recorded() throws IOException {
        List<String> classes = new ArrayList<>();
        Pattern counting = key.kind() == ArchiveKind.AOT_CACHE ? LOADED_OR_SHARED : LOADED;
        // The child goes on writing, so the last line may be half there.
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(recording()), StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null && classes.size() < MAX_CLASSES) {
                Matcher loaded = counting.matcher(line);
                if (loaded.matches()) {
                    classes.add(loaded.group(1));
                }
            }
        }
        return classes;
    }

    /** Null if it is to end. */
    private synchronized @Nullable ChildJvm launch(ClassSupply.Kind how, Path made) {
        if (state != State.RUNNING) {
            return null;
        }
        ClassPath jars = ClassPath.ofEntries(key.jars());
        JvmOptions counting =
                new JvmOptions(options.javaHome(), key.options(), options.environment(), options.workingDirectory());
        ChildJvm child = ChildJvm.start(MAIN, jars, counting, directory, new ClassSupply(how, made));
        trainer = child;
        discard(child.stdout());
        discard(child.stderr());
        return child;
    }

    private static void tell(ChildJvm child, Path page, List<String> classes) throws IOException {
        DataOutputStream out = new DataOutputStream(child.stdin());
        out.writeUTF(page.toString());
        out.writeInt(classes.size());
        for (String name : classes) {
            out.writeUTF(name);
        }
        out.flush();
    }

    private static void discard(InputStream stream) {
        Thread reader = new Thread(null, () -> readAll(stream), "poolmanager-class-archive-output", 0, false);
        reader.setDaemon(true);
        reader.start();
    }

    private static void readAll(InputStream stream) {
        try (stream) {
            stream.skip(Long.MAX_VALUE);
        } catch (IOException e) {
            // The stream ends like this when the process is killed.
        }
    }

    private static int awaitEnd(@Nullable ChildJvm child) {
        return child == null ? -1 : awaitExit(child, LIMIT);
    }

    private static int awaitExit(ChildJvm child, Duration limit) {
        try {
            return child.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            child.kill();
            return -1;
        } catch (InterruptedException e) {
            child.kill();
            Thread.currentThread().interrupt();
            return -1;
        }
    }
}

package org.poolmanager.launch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one child is told about class-data archives.
 *
 * @param kind what it does with the file
 * @param file the archive, or where it writes down which classes it loads
 */
record ClassSupply(Kind kind, @Nullable Path file) {

    /** What a child does with an archive. */
    enum Kind {
        /** Nothing: it has the archive of the JDK's own classes, as any JVM does. */
        NONE,
        /** It takes classes from it. */
        ARCHIVE,
        /** It writes down which classes it loads, so that an archive can be made. */
        RECORDING,
        /** It leaves one behind when it ends; nobody waits for it. */
        TRAINING
    }

    static final ClassSupply NONE = new ClassSupply(Kind.NONE, null);

    /** Enough for tens of thousands of classes; a worker that makes classes for ever must not fill the disk. */
    private static final String MAX_RECORDING = "8M";

    private static final Path NICE = Path.of("/usr/bin/nice");

    /** Words before the command. */
    List<String> prefix() {
        return kind == Kind.TRAINING && Files.isExecutable(NICE) ? List.of(NICE.toString(), "-n", "19") : List.of();
    }

    List<String> options() {
        return switch (kind) {
            case NONE -> List.of();
            // An archive that does not fit is no news: the child starts as it does without one.
            case ARCHIVE -> List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds*=off:stderr");
            case RECORDING ->
                List.of("-Xlog:class+load=info:file=\"" + file + "\":none:filecount=1,filesize=" + MAX_RECORDING);
            case TRAINING -> List.of("-XX:ArchiveClassesAtExit=" + file, "-XX:TieredStopAtLevel=1");
        };
    }

    @Override
    public String toString() {
        return switch (kind) {
            case NONE -> "the JDK's own archive";
            case ARCHIVE -> "the archive " + file;
            case RECORDING -> "the JDK's own archive, and a record of what it loads";
            case TRAINING -> "the JDK's own archive, to make " + file;
        };
    }
}

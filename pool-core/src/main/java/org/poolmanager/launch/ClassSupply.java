package org.poolmanager.launch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one child is told about archives of classes.
 *
 * @param kind what it does with the file
 * @param file the archive, or where it writes down which classes it loads
 */
record ClassSupply(Kind kind, @Nullable Path file) {

    /** What a child does with an archive. */
    enum Kind {
        /** Nothing: it has the archive of the JDK's own classes, as any JVM does. */
        NONE,
        /** It takes classes from a class-data archive. */
        ARCHIVE,
        /** It takes classes from an AOT cache. */
        AOT_CACHE,
        /** It writes down which classes it loads, so that an archive can be made. */
        RECORDING,
        /** It leaves a class-data archive behind when it ends; nobody waits for it. */
        TRAINING,
        /** It leaves behind when it ends what an AOT cache can be made of; nobody waits for it. */
        AOT_TRAINING,
        /** It makes an AOT cache of that, and runs no main class, so it cannot have a life line. */
        AOT_CREATION
    }

    static final ClassSupply NONE = new ClassSupply(Kind.NONE, null);

    /** Enough for tens of thousands of classes; a worker that makes classes for ever must not fill the disk. */
    private static final String MAX_RECORDING = "8M";

    private static final String CONFIGURATION = ".conf";

    private static final Path NICE = Path.of("/usr/bin/nice");

    /** For a child that takes classes from it. */
    static ClassSupply from(Path archive, ArchiveKind kind) {
        return new ClassSupply(kind == ArchiveKind.AOT_CACHE ? Kind.AOT_CACHE : Kind.ARCHIVE, archive);
    }

    /** Whether it takes classes from an archive of ours. */
    boolean isArchive() {
        return kind == Kind.ARCHIVE || kind == Kind.AOT_CACHE;
    }

    /** What an AOT cache is made of; it lies beside it. */
    static Path configuration(Path cache) {
        return Path.of(cache + CONFIGURATION);
    }

    /** Words before the command. */
    List<String> prefix() {
        return switch (kind) {
            case NONE, ARCHIVE, AOT_CACHE, RECORDING -> List.of();
            case TRAINING, AOT_TRAINING -> patience();
            // The other way round, its end would have to wait for processor time as well.
            case AOT_CREATION ->
                Stream.concat(EndOfParent.kills().stream(), patience().stream()).toList();
        };
    }

    private static List<String> patience() {
        return Files.isExecutable(NICE) ? List.of(NICE.toString(), "-n", "19") : List.of();
    }

    List<String> options() {
        return switch (kind) {
            case NONE -> List.of();
            // An archive that does not fit is no news: the child starts as it does without one.
            case ARCHIVE -> List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds*=off:stderr");
            case AOT_CACHE -> List.of("-XX:AOTCache=" + file, "-Xlog:cds*=off:stderr", "-Xlog:aot*=off:stderr");
            case RECORDING ->
                List.of("-Xlog:class+load=info:file=\"" + file + "\":none:filecount=1,filesize=" + MAX_RECORDING);
            case TRAINING -> List.of("-XX:ArchiveClassesAtExit=" + file, "-XX:TieredStopAtLevel=1");
            case AOT_TRAINING ->
                List.of(
                        "-XX:AOTMode=record",
                        "-XX:AOTConfiguration=" + file + CONFIGURATION,
                        // What it compiles on its way would be how a worker compiles it for ever (JEP 515).
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:-AOTRecordTraining",
                        "-XX:TieredStopAtLevel=1");
            case AOT_CREATION ->
                List.of(
                        "-XX:AOTMode=create",
                        "-XX:AOTConfiguration=" + file + CONFIGURATION,
                        "-XX:AOTCache=" + file,
                        "-XX:TieredStopAtLevel=1");
        };
    }

    @Override
    public String toString() {
        return switch (kind) {
            case NONE -> "the JDK's own archive";
            case ARCHIVE -> "the archive " + file;
            case AOT_CACHE -> "the AOT cache " + file;
            case RECORDING -> "the JDK's own archive, and a record of what it loads";
            case TRAINING, AOT_TRAINING, AOT_CREATION -> "the JDK's own archive, to make " + file;
        };
    }
}

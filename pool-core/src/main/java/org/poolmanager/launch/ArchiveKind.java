package org.poolmanager.launch;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an archive is for the JVM that takes classes from it. */
enum ArchiveKind {
    /** An addition to the archive that the JDK ships. */
    CLASS_DATA(".jsa"),
    /** Instead of what the JDK ships, and with classes that are linked already; from JDK 25 on. */
    AOT_CACHE(".aot");

    private static final int FIRST_WITH_AOT_CACHE = 25;

    private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d{1,4})\\b");

    /** Written in Java itself, which goes with no AOT cache. */
    private static final String OTHER_COMPILER = "GRAALVM_VERSION";

    /**
     * A JVM that cannot use its AOT cache has no archive at all, not even the JDK's, and is slower than ever. Some options
     * have it refuse one because they add a module, others for what the compilers or the layout of objects need. So these
     * are not the bad ones, but all but those that were tried.
     */
    private static final Pattern MAY_REFUSE_AOT_CACHE = Pattern.compile(
            "-X(?!(X:|m[nsx]\\d|ss\\d|log\\b|int$|rs$)).*"
                    + "|-XX:[+-](?!(Use(Serial|Parallel|G1)GC|UseCompactObjectHeaders|UseStringDeduplication|UseContainerSupport"
                    + "|(HeapDump|Exit|Crash)OnOutOfMemoryError|AlwaysPreTouch|TieredCompilation"
                    + "|Unlock(Diagnostic|Experimental)VMOptions)$).*"
                    + "|-XX:(?![+-])(?!((Max|Initial)RAMPercentage|MaxRAM|MaxHeapSize|MaxMetaspaceSize|MaxDirectMemorySize"
                    + "|ReservedCodeCacheSize|ActiveProcessorCount|TieredStopAtLevel|NativeMemoryTracking|HeapDumpPath)=).*"
                    + "|--(?!((add-opens|add-exports|add-modules|enable-native-access)=|enable-preview$)).*"
                    + "|-D(com\\.sun\\.management|jdk\\.module).*",
            Pattern.DOTALL);

    private final String suffix;

    ArchiveKind(String suffix) {
        this.suffix = suffix;
    }

    /** How the names of its files end. */
    String suffix() {
        return suffix;
    }

    /**
     * The best that can be made, and that a JVM will take.
     *
     * @param release what the Java installation says about itself
     * @param options those of the user
     */
    static ArchiveKind bestFor(String release, List<String> options) {
        Matcher version = VERSION.matcher(release);
        boolean known = version.find()
                && Integer.parseInt(version.group(1)) >= FIRST_WITH_AOT_CACHE
                && !release.contains(OTHER_COMPILER);
        return known
                        && options.stream()
                                .noneMatch(option ->
                                        MAY_REFUSE_AOT_CACHE.matcher(option).matches())
                        && EndOfParent.canKill()
                ? AOT_CACHE
                : CLASS_DATA;
    }
}

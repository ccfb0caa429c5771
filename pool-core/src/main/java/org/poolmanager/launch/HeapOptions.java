package org.poolmanager.launch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the options of a JVM say about its heap. */
final class HeapOptions {

    private static final Pattern SIZE = Pattern.compile("(?:-Xmx|-XX:MaxHeapSize=)(\\d{1,15})([kKmMgGtT]?)");

    private static final Pattern PART = Pattern.compile("-XX:MaxRAMPercentage=(\\d{1,3}(?:\\.\\d+)?)");

    /** The user has thought about it, though it is not a plain maximum. */
    private static final Pattern DECIDES = Pattern.compile(
            "-Xm[snx].*|-XX:(Max|Initial|Min)(HeapSize|RAM|RAMPercentage|RAMFraction)=.*|-XX:(Max)?NewSize=.*"
                    + "|-XX:\\+AggressiveHeap|-XX:(Flags|VMOptionsFile)=.*|@.*",
            Pattern.DOTALL);

    private static final List<String> VARIABLES = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private HeapOptions() {}

    /**
     * How large the heap may become by these options.
     *
     * @param total the memory that there is
     * @return null if they leave that open
     */
    static @Nullable Long of(JvmOptions options, long total) {
        List<String> all = new ArrayList<>();
        for (String variable : VARIABLES) {
            String value = options.environment().get(variable);
            all.addAll(value == null ? List.of() : Arrays.asList(value.trim().split("\\s+")));
        }
        all.addAll(options.args());
        Long most = null;
        boolean decided = false;
        for (String option : all) {
            Matcher size = SIZE.matcher(option);
            Matcher part = PART.matcher(option);
            if (size.matches()) {
                most = Long.parseLong(size.group(1)) << shift(size.group(2));
            } else if (part.matches()) {
                most = (long) (total / 100.0 * Double.parseDouble(part.group(1)));
            }
            decided |= DECIDES.matcher(option).matches();
        }
        return most == null && decided ? Long.valueOf(total / 4) : most; // what a JVM takes if nothing is said
    }

    private static int shift(String unit) {
        return switch (unit.toLowerCase(Locale.ROOT)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            case "t" -> 40;
            default -> 0;
        };
    }
}

package org.poolmanager.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Why a child JVM ended, and the evidence.
 *
 * @param reason what the evidence says
 * @param exitValue of the process; above 128 it usually stands for a signal
 * @param signal the name of the signal, such as {@code SIGKILL}, or null if none ended it
 * @param crashLog the file that the JVM wrote when it crashed, or null
 * @param crashHead a few lines of the crash log, or null
 * @param lastLines the last lines of its output
 */
public record ExitReport(
        ExitReason reason,
        int exitValue,
        @Nullable String signal,
        @Nullable Path crashLog,
        @Nullable String crashHead,
        List<String> lastLines) {

    private static final Pattern JVM_GAVE_UP =
            Pattern.compile("(?:Terminating|Aborting) due to java\\.lang\\.OutOfMemoryError(?:: (.*))?");
    private static final Pattern UNCAUGHT_ERROR = Pattern.compile(
            "^(?:Exception in thread \".*\" |Caused by: |Exception: )?java\\.lang\\.OutOfMemoryError(?:: (.*)|\\s.*)?");
    private static final Pattern LOG_SAYS_MEMORY = Pattern.compile(
            "OutOfMemory encountered: (.*)|insufficient memory for the Java Runtime|Out of Memory Error");
    private static final Pattern SIGNAL_IN_LOG = Pattern.compile("^(SIG[A-Z]+|EXCEPTION_\\w+) ");
    private static final String CRASH_BANNER = "# A fatal error has been detected by the Java Runtime Environment";

    public ExitReport {
        lastLines = List.copyOf(lastLines);
    }

    /**
     * Decides the reason. The exit value alone does not tell it: a native crash can end with 1, and {@code exit(137)}
     * looks like SIGKILL. So a crash log counts first, then what the child said last, on either stream, then the exit
     * value. The JVM itself reports exhausted memory and crashes on <em>standard output</em>.
     *
     * @param exitValue of the process, negative if unknown
     * @param lastOutputLines of standard output and standard error together
     */
    public static ExitReport of(int exitValue, @Nullable Path crashLog, List<String> lastOutputLines) {
        String head = crashLog == null ? null : CrashLog.head(crashLog);
        String signal = signalOf(exitValue, head);
        ExitReason reason = reasonOf(exitValue, signal, crashLog, head, lastOutputLines);
        return new ExitReport(reason, exitValue, signal, crashLog, head, lastOutputLines);
    }

    /** One clause that goes on after "the worker", such as {@code exited with value 42}. */
    public String describe() {
        return switch (reason) {
            case EXIT -> "exited with value " + exitValue;
            case SIGNAL -> describeSignal();
            case OUT_OF_MEMORY -> "ran out of memory" + memoryDetail();
            case NATIVE_CRASH -> "crashed in native code: " + describeCrash();
            case UNKNOWN -> "ended for an unknown reason (exit value " + exitValue + ")";
        };
    }

    private static ExitReason reasonOf(
            int exitValue,
            @Nullable String signal,
            @Nullable Path crashLog,
            @Nullable String head,
            List<String> lines) {
        if (head != null && LOG_SAYS_MEMORY.matcher(head).find()) {
            return ExitReason.OUT_OF_MEMORY;
        }
        if (crashLog != null) {
            return ExitReason.NATIVE_CRASH;
        }
        if (firstMatch(JVM_GAVE_UP, lines) != null) {
            return ExitReason.OUT_OF_MEMORY;
        }
        if (lines.stream().anyMatch(line -> line.startsWith(CRASH_BANNER))) {
            return ExitReason.NATIVE_CRASH;
        }
        if (signal != null) {
            return Signals.isCrash(signal) ? ExitReason.NATIVE_CRASH : ExitReason.SIGNAL;
        }
        if (exitValue < 0) {
            return ExitReason.UNKNOWN;
        }
        // An error that was printed and survived does not explain an orderly end.
        return exitValue != 0 && firstMatch(UNCAUGHT_ERROR, lines) != null ? ExitReason.OUT_OF_MEMORY : ExitReason.EXIT;
    }

    private static @Nullable String signalOf(int exitValue, @Nullable String head) {
        if (head != null) {
            Matcher matcher = SIGNAL_IN_LOG.matcher(head);
            if (matcher.find()) {
                return matcher.group(1);
            }
        }
        return Signals.of(exitValue);
    }

    private String describeSignal() {
        String killed = "was killed by " + signal + " (exit value " + exitValue + ")";
        return switch (String.valueOf(signal)) {
            case "SIGKILL" -> killed + ": killed from outside or by the system's out-of-memory killer";
            case "SIGTERM" -> killed + ": asked to end from outside";
            default -> killed;
        };
    }

    private String describeCrash() {
        String what = crashHead != null
                ? crashHead.replace("\n", "; ")
                : Objects.requireNonNullElse(signal, "fatal error") + " (exit value " + exitValue + ")";
        return what + (crashLog == null ? ", no crash log found" : " (crash log " + crashLog + ")");
    }

    private String memoryDetail() {
        List<String> head = crashHead == null ? List.of() : crashHead.lines().toList();
        return Stream.of(
                        firstMatch(JVM_GAVE_UP, lastLines),
                        firstMatch(UNCAUGHT_ERROR, lastLines),
                        firstMatch(LOG_SAYS_MEMORY, head))
                .filter(detail -> detail != null && !detail.isEmpty())
                .findFirst()
                .map(detail -> ": " + detail)
                .orElse("");
    }

    /** The detail of the first line that matches, empty if it has none; null if no line matches. */
    private static @Nullable String firstMatch(Pattern pattern, List<String> lines) {
        for (String line : lines) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                return Objects.requireNonNullElse(matcher.group(1), "");
            }
        }
        return null;
    }
}

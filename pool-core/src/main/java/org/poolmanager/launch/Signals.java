package org.poolmanager.launch;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Exit values above 128, as Linux numbers its signals. */
final class Signals {

    private static final int BASE = 128;
    private static final int LAST = 64;

    private static final List<String> NAMES = List.of(
            "SIGHUP",
            "SIGINT",
            "SIGQUIT",
            "SIGILL",
            "SIGTRAP",
            "SIGABRT",
            "SIGBUS",
            "SIGFPE",
            "SIGKILL",
            "SIGUSR1",
            "SIGSEGV",
            "SIGUSR2",
            "SIGPIPE",
            "SIGALRM",
            "SIGTERM",
            "SIGSTKFLT",
            "SIGCHLD",
            "SIGCONT",
            "SIGSTOP",
            "SIGTSTP",
            "SIGTTIN",
            "SIGTTOU",
            "SIGURG",
            "SIGXCPU",
            "SIGXFSZ",
            "SIGVTALRM",
            "SIGPROF",
            "SIGWINCH",
            "SIGIO",
            "SIGPWR",
            "SIGSYS");

    private static final Set<String> RAISED_BY_CRASHES =
            Set.of("SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGSYS");

    private Signals() {}

    /** The signal that this exit value stands for, or null if it stands for none. */
    static @Nullable String of(int exitValue) {
        int number = exitValue - BASE;
        if (number < 1 || number > LAST) {
            return null;
        }
        return number <= NAMES.size() ? NAMES.get(number - 1) : "signal " + number;
    }

    /** Whether the process itself usually causes this signal, by a fault or an abort. */
    static boolean isCrash(String signal) {
        return RAISED_BY_CRASHES.contains(signal);
    }
}

package org.poolmanager.launch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Lets the kernel kill a process when its parent ends, however that ends: for processes that cannot have a life line. It is
 * bound to the thread that starts the process, which must wait for its end.
 */
final class EndOfParent {

    private static final Path SET_PRIVILEGES = Path.of("/usr/bin/setpriv");

    private static final Path SHELL = Path.of("/bin/sh");

    private EndOfParent() {}

    /** Whether this system has what that takes, as far as one can see. */
    static boolean canKill() {
        return Files.isExecutable(SET_PRIVILEGES) && Files.isExecutable(SHELL);
    }

    /** Words before a command. */
    static List<String> kills() {
        // A parent that was gone before the kernel knew of it is nobody's death: then there must be no command. Signals
        // of a
        // terminal are the parent's to answer.
        String unlessGone =
                "trap '' INT HUP; [ \"$PPID\" = " + ProcessHandle.current().pid() + " ] && exec \"$@\"";
        return List.of(
                SET_PRIVILEGES.toString(), "--pdeathsig", "KILL", SHELL.toString(), "-c", unlessGone, SHELL.toString());
    }
}

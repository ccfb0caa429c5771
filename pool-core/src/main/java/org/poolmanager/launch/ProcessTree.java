package org.poolmanager.launch;

import java.util.List;

/** Ends a process and all that it started. */
final class ProcessTree {

    private ProcessTree() {}

    /**
     * Kills from the root down and looks for descendants right before each kill: once a process is gone, its children
     * belong to somebody else and cannot be found any more. A process that is started between the look and the kill
     * escapes, as does one that has cut itself loose from its parent.
     *
     * @return whether the root was there to be killed
     */
    static boolean kill(ProcessHandle root) {
        // The descendants of a dead process would be looked up by a number that may belong to another one by now.
        if (!root.isAlive()) {
            return false;
        }
        List<ProcessHandle> descendants = descendants(root);
        boolean killed = root.destroyForcibly();
        descendants.forEach(ProcessTree::kill);
        return killed;
    }

    /** None where they cannot be looked up: that takes a file descriptor, and the root must end in any case. */
    private static List<ProcessHandle> descendants(ProcessHandle root) {
        try {
            return root.descendants().toList();
        } catch (RuntimeException e) {
            return List.of();
        }
    }
}

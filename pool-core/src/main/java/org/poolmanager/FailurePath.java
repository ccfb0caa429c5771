package org.poolmanager;

import java.util.List;

/**
 * The classes that are needed for the first time when something fails. Most likely nothing can be loaded then, because no
 * file descriptor is left, and a class that could not be found once is not looked for again.
 */
final class FailurePath {

    private static final List<String> CLASSES = List.of(
            "Ending$Interrupted",
            "Ending$Untold",
            "Fired",
            "LogQueue$Entry",
            "LogbackReplay$RemoteProxy",
            "LogbackReplay$ReplayedEvent",
            "Log4jReplay",
            "JulReplay",
            "FluentReplay",
            "Outcome",
            "PoolEvent$LogsDropped",
            "PoolEvent$StateChanged",
            "PoolEvent$TaskFinished",
            "PoolEvent$TaskQuarantined",
            "PoolEvent$TaskRejected",
            "PoolEvent$TaskRejected$Reason",
            "PoolEvent$TaskRetried",
            "PoolEvent$WorkerExited",
            "PoolEvent$WorkerStartFailed",
            "PoolEvent$WorkerStarted",
            "PoolStats$Exit",
            "PoolStats$Failure",
            "QuarantineStore$Entry",
            "QuarantinedTask",
            "Recycler$Due",
            "Shutdown$End",
            "Tally$1",
            "TaskQueue$Walk",
            "TaskRef",
            "Texts$1",
            "Vigil$Verdict",
            "WorkerEnd",
            "WorkerExit",
            "WorkerStartException",
            "launch.CrashLog",
            "launch.ExitReason",
            "launch.ExitReport",
            "launch.ExitReport$1",
            "launch.ProcessTree",
            "launch.Signals",
            "wire.Failure",
            "wire.LogEvent",
            "wire.Thrown",
            "wire.Thrown$Reader");

    private static volatile boolean loaded;

    private FailurePath() {}

    /** Loads them once, by whoever has to wait anyway. */
    static void load() {
        if (loaded) {
            return;
        }
        boolean all = true;
        for (String name : CLASSES) {
            all &= load(FailurePath.class.getPackageName() + "." + name);
        }
        loaded = all;
    }

    private static boolean load(String name) {
        try {
            Class.forName(name);
            return true;
        } catch (ClassNotFoundException e) {
            return false; // at the next start, perhaps
        } catch (LinkageError e) {
            return true; // one of a logging system that is not there
        }
    }
}

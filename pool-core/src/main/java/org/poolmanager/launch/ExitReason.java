package org.poolmanager.launch;

/** Why a child JVM ended. */
public enum ExitReason {
    /** It ended by itself, with any exit value: {@code System.exit}, {@code halt}, or the end of its main thread. */
    EXIT,
    /** A signal from outside ended it. */
    SIGNAL,
    /** The heap, another memory area of the JVM or the memory of the system was exhausted. */
    OUT_OF_MEMORY,
    /** Native code, or the JVM itself, crashed or aborted. */
    NATIVE_CRASH,
    /** Nothing is known, not even the exit value. */
    UNKNOWN
}

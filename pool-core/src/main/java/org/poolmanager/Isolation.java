package org.poolmanager;

/** Where the workers of a pool run. */
public enum Isolation {
    /** Each worker is a child JVM: a crash, a leak, an endless loop or a {@code System.exit} costs one task. */
    PROCESS,
    /** Each worker is a thread of this JVM: no serialization and no start-up cost, and no protection. */
    THREAD
}

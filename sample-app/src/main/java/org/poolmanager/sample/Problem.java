package org.poolmanager.sample;

/** What can be wrong with a document, or with us. */
enum Problem {
    EMPTY,
    TOO_LARGE,
    UNKNOWN_TYPE,
    ENCRYPTED,
    DAMAGED,
    /** The worker's own code failed on it. */
    FAILED,
    TIMED_OUT,
    OUT_OF_MEMORY,
    CRASHED,
    /** The pools had no room in time. */
    BUSY,
    /** The pools are stopping, or could not be started. */
    UNAVAILABLE;

    /** Whether the same document may well succeed later. */
    boolean passing() {
        return this == BUSY || this == UNAVAILABLE;
    }
}

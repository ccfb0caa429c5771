package org.poolmanager;

import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What the {@link TimeKeeper} notes of one generation of a worker and of the task that it runs. Guarded by the pool's lock. */
final class Vigil {

    /**
     * A task whose time is up. It is ended as soon as its worker has shown where it is.
     *
     * @param task the task
     * @param fired the limit
     * @param why what becomes of the worker
     */
    record Verdict(Task task, Fired fired, WorkerExit why) {}

    /** The one timer of this worker; null while there is none. */
    private @Nullable Future<?> timer;

    private long firesAt;

    /** The task that has been looked at, 0 for none; to it belongs what follows. */
    long task;

    boolean warned;

    /** When the worker was asked where it is, for a warning; 0: it was not. */
    long askedAt;

    @Nullable
    Verdict verdict;

    // ---- signs of life ----

    long lookedAt;

    long answered;

    long pings;

    /** When the first of those was sent that have not been answered. */
    long pingedAt;

    int unheard;

    void turnTo(Task head) {
        task = head.id;
        warned = false;
        askedAt = 0;
        lookedAt = head.startedAt;
        unheard = 0;
    }

    /** It has no task, and is to say so. */
    void turnToRecall() {
        lookedAt = System.nanoTime();
        unheard = 0;
    }

    /** The verdict is executed, or means nothing any more. */
    void acquit() {
        verdict = null;
        set(null, 0);
    }

    boolean firesLaterThan(long moment) {
        return timer == null || firesAt - moment > 0;
    }

    void set(@Nullable Future<?> next, long at) {
        if (timer != null) {
            timer.cancel(false);
        }
        timer = next;
        firesAt = at;
    }
}

package org.poolmanager;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The tasks of one source on their way into the pool. Those of a collection go in several at a time; those of any other
 * source one by one, because its next element may be long in coming, or depend on a result.
 */
final class Feed {

    private static final int MAX_TASKS = 64;

    private static final int MAX_BYTES = 256 * 1024;

    /** So many tasks of a collection wait for room before their caller does: to be woken costs as much as dozens of small ones. */
    private static final int MANY = 512;

    private final Entrance entrance;

    private final Supply supply;

    private final int atOnce;

    private final List<Task> chunk = new ArrayList<>();

    private long bytes;

    private boolean isBroken;

    Feed(Engine engine, Iterable<?> source) {
        this.entrance = engine.board().entrance();
        boolean known = source instanceof Collection;
        this.supply = new Supply(engine.life(), known ? MANY : Supply.SOME);
        this.atOnce = known ? MAX_TASKS : 1;
    }

    /** Passes a task on, now or with those that follow; waits for room. */
    void add(Task task) throws InterruptedException {
        chunk.add(task);
        bytes += task.bytes();
        if (chunk.size() >= atOnce || bytes > MAX_BYTES) {
            pass();
        }
    }

    private void pass() throws InterruptedException {
        isBroken = true;
        entrance.supply(supply, chunk);
        isBroken = false;
        chunk.clear();
        bytes = 0;
    }

    /** Waits until all have been accepted. */
    void finish() throws InterruptedException {
        pass();
        isBroken = true;
        entrance.finish(supply);
        isBroken = false;
    }

    /** The same, when the source has failed; what goes wrong now is told beside that. */
    void finishBehind(Throwable first) {
        if (isBroken) {
            return;
        }
        try {
            finish();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            first.addSuppressed(e);
        } catch (RuntimeException e) {
            isBroken = false; // the source's failure is the one to be told
            first.addSuppressed(e);
        }
    }

    /** Whether the pool refused something, or the wait for it was interrupted. */
    boolean isBroken() {
        return isBroken;
    }

    /** Passes nothing more on, and takes back what has not been accepted. Returns how many have been accepted in all. */
    long end() {
        long accepted = entrance.withdraw(supply, chunk);
        chunk.clear();
        return accepted;
    }
}

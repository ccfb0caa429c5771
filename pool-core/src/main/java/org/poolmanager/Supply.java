package org.poolmanager;

import java.util.List;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** Tasks of one caller that wait for room. All of it is guarded by the pool's lock, and used by {@link Entrance} alone. */
final class Supply {

    /** So many may wait of a caller whose next task may be long in coming. */
    static final int SOME = 64;

    private static final int MAX_BYTES = 256 * 1024;

    private final TaskQueue tasks = new TaskQueue();

    /** Signalled when the caller is to look again. */
    final Condition moved;

    private long bytes;

    private long admitted;

    private final Runnable whenRefused;

    /** So many may wait before their caller has to, who is woken when half of them are left: these are taken while he wakes up. */
    private final int many;

    private boolean refused;

    /** Why the pool was broken then, null if it was closed. */
    private @Nullable PoolException refusedBecause;

    /** For a caller who waits while more than so many are left, and then until half of them are. */
    Supply(Life life, int many) {
        this(life, many, () -> {});
    }

    /** For a caller who does not wait in the line: told when what is left of it will never be taken. */
    Supply(Life life, Runnable whenRefused) {
        this(life, SOME, whenRefused);
    }

    private Supply(Life life, int many, Runnable whenRefused) {
        this.moved = life.lock.newCondition();
        this.many = many;
        this.whenRefused = whenRefused;
    }

    void add(List<Task> more) {
        for (Task task : more) {
            tasks.add(task);
            bytes += task.bytes();
        }
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    /** Whether all tasks have been taken, or enough of them. */
    boolean isTaken(boolean all) {
        return !refused && (all ? tasks.isEmpty() : isLow());
    }

    /** Whether its caller may leave more there without waiting. */
    boolean takesMore() {
        return !refused && tasks.size() <= many && bytes <= MAX_BYTES;
    }

    private boolean isLow() {
        return tasks.size() <= many / 2 && bytes <= MAX_BYTES;
    }

    @Nullable
    Task next() {
        return tasks.peek();
    }

    /** The next one has been accepted. */
    void take() {
        boolean wasLow = isLow();
        Task taken = tasks.remove();
        bytes -= taken.bytes();
        if (taken.hasId()) {
            admitted++;
        }
        if (tasks.isEmpty() || (!wasLow && isLow())) {
            moved.signal();
        }
    }

    /** How many of its tasks have been accepted so far. */
    long admitted() {
        return admitted;
    }

    /** Returns what has not been taken. */
    List<Task> withdraw() {
        List<Task> left = List.copyOf(tasks);
        tasks.clear();
        bytes = 0;
        return left;
    }

    /**
     * The pool was closed, or is broken, before all was accepted.
     *
     * @param why it is broken, null if it was closed
     * @return what was not accepted
     */
    List<Task> refuse(@Nullable PoolException why) {
        refused = true;
        refusedBecause = why;
        List<Task> left = withdraw();
        moved.signal();
        whenRefused.run();
        return left;
    }

    @Nullable
    PoolException refusedBecause() {
        return refusedBecause;
    }

    boolean isRefused() {
        return refused;
    }
}

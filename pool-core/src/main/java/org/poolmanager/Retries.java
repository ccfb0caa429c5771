package org.poolmanager;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.poolmanager.Ending.Untold;

/** Tasks that are run once more, while they wait for it. Guarded by the pool's lock. */
final class Retries {

    private final PoolSettings settings;

    private final RetryPolicy policy;

    private final Life life;

    private final Board board;

    private final Clock clock;

    private final Set<Task> waiting = new LinkedHashSet<>();

    Retries(PoolSettings settings, Life life, Board board, Clock clock) {
        this.settings = settings;
        this.policy = settings.retry();
        this.life = life;
        this.board = board;
        this.clock = clock;
    }

    /** Tasks that wait for their back-off. */
    Collection<Task> waiting() {
        return waiting;
    }

    /**
     * Has a task run again instead of ending it, if that is wanted.
     *
     * @return whether it waits for its next attempt now
     */
    boolean takes(Task task, Ending ending) {
        if (task.attempt >= policy.maxAttempts() || !isWanted(task, ending)) {
            return false;
        }
        long pause = policy.pauseNanos(task.attempt, ThreadLocalRandom.current().nextDouble());
        board.consequences()
                .publish(new PoolEvent.TaskRetried(
                        settings.name(), task.id, task.attempt, ending.kind(), Duration.ofNanos(pause)));
        clock.at(pause, () -> resume(task)); // which waits for the lock; should the rest fail, that is one look in vain
        await(task);
        task.again();
        board.tally().retried++;
        return true;
    }

    /** A set may fail when it grows, with the new one in it. */
    private void await(Task task) {
        try {
            waiting.add(task);
        } catch (OutOfMemoryError e) {
            waiting.remove(task);
            throw e;
        }
    }

    private boolean isWanted(Task task, Ending ending) {
        return switch (ending.kind()) {
            case CRASHED -> policy.causes().contains(RetryPolicy.Cause.CRASH);
            case TIMED_OUT -> policy.causes().contains(RetryPolicy.Cause.TIMEOUT);
            case FAILED -> task.repeatable && !(ending instanceof Untold);
            case COMPLETED, CANCELLED -> false;
        };
    }

    private void resume(Task task) {
        life.lock.lock();
        try {
            if (waiting.contains(task)) {
                board.queue().addFirst(task); // before it is out of the other book, because it may fail
                waiting.remove(task);
            }
        } finally {
            board.release();
        }
    }
}

package org.poolmanager;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which tasks that did not succeed are run once more. By default none is: nobody but you knows whether doing your work
 * twice is harmless. A task that is to be run again keeps its place among the results and its future, waits for its
 * back-off, counts as queued, and can be cancelled. Its outcome is that of its last attempt. Immutable: each method with
 * an argument gives a changed copy.
 *
 * @param maxAttempts how often a task is run at the most; default 1: once
 * @param causes which causes lead to another attempt; default {@link Cause#CRASH}. A crash may come after the task has done its work
 * @param exceptions names of exception classes: a task that threw one of them, or of a subclass, is run again; default none
 * @param backoff how long a task waits before its second attempt; default 100 ms
 * @param multiplier by what that grows with each further attempt, at least 1; default 2
 * @param maxBackoff how long a task waits at the most; default 10 s
 * @param jitter by which part, at random, the wait is shortened, so that tasks which failed together do not come back
 *     together; from 0 to 1, default 0.2
 */
public record RetryPolicy(
        int maxAttempts,
        Set<Cause> causes,
        Set<String> exceptions,
        Duration backoff,
        double multiplier,
        Duration maxBackoff,
        double jitter) {

    /** Why a task has no value, apart from what it threw. */
    public enum Cause {
        /** Its worker's process went away. */
        CRASH,
        /**
         * It ran over its limit. On threads an attempt that heeds no interrupt may still run beside the next one, with the
         * same task object.
         */
        TIMEOUT
    }

    /** No task is run twice. */
    static final RetryPolicy OFF =
            new RetryPolicy(1, Set.of(Cause.CRASH), Set.of(), Duration.ofMillis(100), 2, Duration.ofSeconds(10), 0.2);

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException naming the option and the value
     */
    public RetryPolicy {
        causes = Set.copyOf(causes);
        exceptions = Set.copyOf(exceptions);
        if (maxAttempts < 1) {
            throw PoolManagerBuilder.wrong("retry.max-attempts", maxAttempts, "must be at least 1");
        }
        for (String name : exceptions) {
            if (name.isBlank()) {
                throw PoolManagerBuilder.wrong("retry.exceptions", "'" + name + "'", "must be names of classes");
            }
        }
        if (backoff.isNegative()) {
            throw PoolManagerBuilder.wrong("retry.backoff", backoff, "must not be negative");
        }
        if (!(multiplier >= 1)) {
            throw PoolManagerBuilder.wrong("retry.multiplier", multiplier, "must be at least 1");
        }
        if (maxBackoff.isNegative()) {
            throw PoolManagerBuilder.wrong("retry.max-backoff", maxBackoff, "must not be negative");
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw PoolManagerBuilder.wrong("retry.jitter", jitter, "must be from 0 to 1");
        }
    }

    /**
     * How often a task is run.
     *
     * @param attempts at least 1, the first one included
     * @return a changed copy
     */
    public RetryPolicy maxAttempts(int attempts) {
        return new RetryPolicy(attempts, causes, exceptions, backoff, multiplier, maxBackoff, jitter);
    }

    /**
     * Which causes lead to another attempt.
     *
     * @param those and no others
     * @return a changed copy
     */
    public RetryPolicy causes(Cause... those) {
        return new RetryPolicy(maxAttempts, Set.of(those), exceptions, backoff, multiplier, maxBackoff, jitter);
    }

    /**
     * A task that threw one of these is run again too.
     *
     * @param types the exceptions, whose subclasses are meant as well
     * @return a changed copy with these beside those it has
     */
    @SafeVarargs
    public final RetryPolicy onExceptions(Class<? extends Throwable>... types) {
        Set<String> names = new TreeSet<>(exceptions);
        for (Class<? extends Throwable> type : types) {
            names.add(type.getName());
        }
        return exceptions(names);
    }

    /**
     * The same, by name. Subclasses of a class that the application's class loader does not know are not recognised.
     *
     * @param names of classes, as {@link Class#getName()} has them
     * @return a changed copy with these and no others
     */
    public RetryPolicy exceptions(Set<String> names) {
        return new RetryPolicy(maxAttempts, causes, names, backoff, multiplier, maxBackoff, jitter);
    }

    /**
     * How long a task waits before its second attempt.
     *
     * @param first not negative
     * @return a changed copy
     */
    public RetryPolicy backoff(Duration first) {
        return new RetryPolicy(maxAttempts, causes, exceptions, first, multiplier, maxBackoff, jitter);
    }

    /**
     * By what that grows with each further attempt.
     *
     * @param factor at least 1
     * @return a changed copy
     */
    public RetryPolicy multiplier(double factor) {
        return new RetryPolicy(maxAttempts, causes, exceptions, backoff, factor, maxBackoff, jitter);
    }

    /**
     * How long a task waits at the most.
     *
     * @param longest not negative
     * @return a changed copy
     */
    public RetryPolicy maxBackoff(Duration longest) {
        return new RetryPolicy(maxAttempts, causes, exceptions, backoff, multiplier, longest, jitter);
    }

    /**
     * The wait is shortened by a random part of up to this.
     *
     * @param part from 0 to 1
     * @return a changed copy
     */
    public RetryPolicy jitter(double part) {
        return new RetryPolicy(maxAttempts, causes, exceptions, backoff, multiplier, maxBackoff, part);
    }

    /**
     * Whether no task is run twice.
     *
     * @return true if there is one attempt
     */
    public boolean isOff() {
        return maxAttempts == 1;
    }

    /** How long to wait before the next attempt. */
    long pauseNanos(int attempts, double random) {
        double first = Nanos.of(backoff);
        double most = Nanos.of(maxBackoff);
        double pause = Math.min(first * Math.pow(multiplier, attempts - 1.0), most);
        return (long) (pause * (1 - jitter * random));
    }
}

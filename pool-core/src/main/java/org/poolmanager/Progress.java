package org.poolmanager;

import java.time.Duration;
import java.util.Optional;

/**
 * How far a {@code map} or {@code stream} call has come.
 *
 * @param done how many elements have an outcome, failures included
 * @param failed how many of these have no value: failed, ran out of time, crashed or were cancelled
 * @param total how many elements there will be, -1 if that is unknown
 * @param elapsed since the call began
 * @param ended whether the call is over and this is the last report; also after a failure, or when a consumer has left
 */
public record Progress(long done, long failed, long total, Duration elapsed, boolean ended) {

    /**
     * The mean rate since the call began.
     *
     * @return elements per second; 0 before any is done
     */
    public double perSecond() {
        double seconds = elapsed.toNanos() / 1e9;
        return seconds > 0 ? done / seconds : 0;
    }

    /**
     * How much longer it takes if it goes on at the mean rate.
     *
     * @return empty if the total is unknown or nothing is done yet
     */
    public Optional<Duration> left() {
        double rate = perSecond();
        if (total < 0 || rate == 0) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofMillis(Math.round(1000 * Math.max(0, total - done) / rate)));
    }
}

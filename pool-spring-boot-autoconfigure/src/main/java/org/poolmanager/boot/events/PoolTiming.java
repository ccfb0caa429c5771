package org.poolmanager.boot.events;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the tasks of a pool took lately. A percentile may be an eighth above the truth.
 *
 * @param window what lately means
 * @param waited from acceptance to the worker; null if no task ended in the window
 * @param run in the worker; null if no task ended in the window that had got to one
 */
public record PoolTiming(
        Duration window,
        @JsonProperty("wait") @Nullable Percentiles waited,
        @Nullable Percentiles run) {

    /**
     * Times.
     *
     * @param p50 half of the tasks took no longer
     * @param p95 95 of 100 took no longer
     * @param p99 99 of 100 took no longer
     * @param max none took longer
     */
    public record Percentiles(Duration p50, Duration p95, Duration p99, Duration max) {}
}

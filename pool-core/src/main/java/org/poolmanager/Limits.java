package org.poolmanager;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A pool's time limits. All are measured on the monotonic clock.
 *
 * @param task how long one task may run, from the moment a free worker gets it; null: as long as it likes
 * @param start how long a worker may take until it is ready; default 30 s, because a JVM on an overloaded machine can
 *     take thirty times as long as on an idle one
 * @param close how long {@code close} lets accepted work run in a pool that is not a daemon; null: as long as it takes
 * @param exit how long workers may take to end in good order, exit hooks included, before they are killed; default 5 s
 */
public record Limits(
        @Nullable Duration task, Duration start, @Nullable Duration close, Duration exit) {

    static final Limits DEFAULT = new Limits(null, Duration.ofSeconds(30), null, Duration.ofSeconds(5));
}

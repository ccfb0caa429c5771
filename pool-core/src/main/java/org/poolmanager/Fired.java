package org.poolmanager;

import java.time.Duration;

/**
 * A limit that has been passed.
 *
 * @param name as its setting is called
 * @param limit its value
 * @param taken how long it was in truth
 */
record Fired(String name, Duration limit, Duration taken) {

    static Fired of(String name, long limit, long taken) {
        return new Fired(name, Duration.ofNanos(limit), Duration.ofNanos(taken));
    }
}

package org.poolmanager.sample;

import java.time.Instant;

/**
 * Documents that came together, and how far they are.
 *
 * @param id its number
 * @param source where it came from
 * @param opened when it came
 * @param total how many documents it has had so far
 * @param waiting how many wait for room in the pools
 * @param working how many the pools have
 * @param done how many were read and drawn
 * @param failed how many were not, each with its reason
 */
record Batch(String id, String source, Instant opened, long total, long waiting, long working, long done, long failed) {

    static Batch empty(String id, String source) {
        return new Batch(id, source, Instant.now(), 0, 0, 0, 0, 0);
    }

    Batch plus(Entry.State state) {
        return count(state, 1, 1);
    }

    Batch moved(Entry.State from, Entry.State to) {
        return count(from, 0, -1).count(to, 0, 1);
    }

    private Batch count(Entry.State state, int more, int by) {
        return new Batch(
                id,
                source,
                opened,
                total + more,
                waiting + (state == Entry.State.WAITING ? by : 0),
                working + (state == Entry.State.WORKING ? by : 0),
                done + (state == Entry.State.DONE ? by : 0),
                failed + (state == Entry.State.FAILED ? by : 0));
    }
}

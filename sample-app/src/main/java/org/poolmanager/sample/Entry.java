package org.poolmanager.sample;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A document and what has become of it so far.
 *
 * @param id its number
 * @param batch the batch it came with
 * @param name what the sender called it
 * @param size in bytes
 * @param state how far it is
 * @param changed when it got that far
 * @param reason what went wrong, in a failed one
 * @param extract what was read, if that went well
 * @param preview the picture, if there is one: its bytes lie on disk
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Entry(
        String id,
        String batch,
        String name,
        long size,
        State state,
        Instant changed,
        @Nullable Reason reason,
        @Nullable Extract extract,
        @Nullable Picture preview) {

    enum State {
        /** Waits for room in the pools. */
        WAITING,
        /** Both pools have it. */
        WORKING,
        DONE,
        FAILED;

        boolean finished() {
            return this == DONE || this == FAILED;
        }
    }

    /**
     * A preview without its bytes.
     *
     * @param width its width in pixels, 0 if there is no picture
     * @param height its height in pixels
     * @param note why there is no picture
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Picture(int width, int height, @Nullable String note) {}

    static Entry waiting(String id, String batch, String name, long size) {
        return new Entry(id, batch, name, size, State.WAITING, Instant.now(), null, null, null);
    }

    /** The same with only the beginning of the text, to stand in a list. */
    Entry brief() {
        return new Entry(
                id, batch, name, size, state, changed, reason, extract == null ? null : extract.brief(), preview);
    }

    Entry working() {
        return new Entry(id, batch, name, size, State.WORKING, Instant.now(), null, null, null);
    }

    Entry refused(Reason why) {
        return finished(why, null, null);
    }

    Entry finished(@Nullable Reason why, @Nullable Extract text, @Nullable Picture picture) {
        State end = why == null ? State.DONE : State.FAILED;
        return new Entry(id, batch, name, size, end, Instant.now(), why, text, picture);
    }
}

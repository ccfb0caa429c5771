package org.poolmanager.sample;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A small picture of a document, or why there is none. That a kind of document cannot be drawn is an answer, not an
 * error.
 *
 * @param png the picture, null if there is none
 * @param width its width in pixels
 * @param height its height in pixels
 * @param note why there is none
 */
@SuppressWarnings("ArrayRecordComponent") // it travels once and is never compared with another
record Preview(
        byte @Nullable [] png,
        int width,
        int height,
        @Nullable String note) implements Serializable {

    static Preview none(String note) {
        return new Preview(null, 0, 0, note);
    }
}

package org.poolmanager.sample;

import java.io.Serializable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was read from a document.
 *
 * @param mediaType what it is
 * @param pages how many pages it says it has, null where its kind has none
 * @param text its text, or the beginning of it
 * @param truncated whether there is more text
 * @param metadata what it says about itself
 */
record Extract(String mediaType, @Nullable Integer pages, String text, boolean truncated, Map<String, String> metadata)
        implements Serializable {

    private static final int BRIEF = 300;

    Extract brief() {
        boolean longer = text.length() > BRIEF;
        return longer ? new Extract(mediaType, pages, text.substring(0, BRIEF), true, metadata) : this;
    }
}

package org.poolmanager.wire;

import org.jspecify.annotations.Nullable;

/** Turns tasks and results into bytes and back. Used by many threads at once. */
public interface PayloadCodec {

    /**
     * Turns an object into bytes.
     *
     * @param value a task or a result, null included
     * @return its bytes
     * @throws PayloadException if it cannot travel
     */
    byte[] encode(@Nullable Object value) throws PayloadException;

    /**
     * Turns bytes back into an object.
     *
     * @param bytes what {@link #encode} made, perhaps in another JVM
     * @return an equal object
     * @throws PayloadException if the bytes are damaged, or name a class that is missing or not allowed here
     */
    @Nullable
    Object decode(byte[] bytes) throws PayloadException;
}

package org.poolmanager.wire;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.function.Function;

/**
 * Maps files into memory until this JVM ends. {@link FileChannel#map(MapMode, long, long)} makes its buffer by reflection,
 * for which JDK 25 makes 27 classes on the spot: that takes more processor time than the rest of a JVM's start.
 * JDK 22 has brought another way, which code for JDK 17 can only take by name.
 */
final class LastingMap {

    private static final int SINCE = 22;

    private LastingMap() {}

    static ByteBuffer of(FileChannel channel, long size) throws IOException {
        if (Runtime.version().feature() < SINCE) {
            return channel.map(MapMode.READ_WRITE, 0, size);
        }
        try {
            return bySegment(channel, size);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("this JDK does not map files as JDK 22 does", e);
        }
    }

    /** The same as {@code channel.map(READ_WRITE, 0, size, Arena.global()).asByteBuffer()}. */
    @SuppressWarnings("unchecked") // the shape is that of the interface
    private static ByteBuffer bySegment(FileChannel channel, long size) throws Throwable {
        Class<?> arena = Class.forName("java.lang.foreign.Arena");
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        MethodHandle global = lookup.findStatic(arena, "global", MethodType.methodType(arena));
        Mapping mapping = LateLink.link(
                Mapping.class,
                "map",
                MethodType.methodType(
                        Object.class, FileChannel.class, MapMode.class, long.class, long.class, Object.class),
                lookup.findVirtual(
                        FileChannel.class,
                        "map",
                        MethodType.methodType(segment, MapMode.class, long.class, long.class, arena)));
        Function<Object, Object> asByteBuffer = LateLink.link(
                Function.class,
                "apply",
                MethodType.genericMethodType(1),
                lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class)));
        return (ByteBuffer) asByteBuffer.apply(mapping.map(channel, MapMode.READ_WRITE, 0, size, global.invoke()));
    }

    /** The {@code map} of a {@link FileChannel} that takes an arena. */
    interface Mapping {

        Object map(FileChannel channel, MapMode mode, long position, long size, Object arena) throws IOException;
    }
}

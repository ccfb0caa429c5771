package org.poolmanager.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputFilter;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/**
 * Turns objects into payloads and back: a tag, and a few bytes for null, boxed values, strings and arrays of primitives;
 * a {@link PayloadCodec} has the rest. Whatever goes wrong is a {@link PayloadException}. Used by many
 * threads at once.
 */
public final class Payloads {

    /** The largest array that every JVM can have, so that a larger object is refused and not tried. */
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private final PayloadCodec codec;

    private final JavaSerialization java;

    private final int maxPayload;

    private Payloads(PayloadCodec codec, JavaSerialization java, int maxPayload) {
        this.codec = codec;
        this.java = java;
        this.maxPayload = Math.min(maxPayload, LARGEST);
    }

    /**
     * Payloads of Java serialization.
     *
     * @param loader whose classes are found when reading, null for the system's
     * @param filter what may be read; null: everything, for data from a trusted side only
     * @param maxPayload how many bytes a payload may have
     * @return the payloads
     */
    public static Payloads java(@Nullable ClassLoader loader, @Nullable ObjectInputFilter filter, int maxPayload) {
        return of(PayloadCodec.JAVA, loader, filter, maxPayload);
    }

    /**
     * Payloads of a codec.
     *
     * @param name {@value PayloadCodec#JAVA}, {@value PayloadCodec#FORY} or a class name
     * @param loader whose classes are found when reading, null for the system's
     * @param filter what may be read; null: everything, for data from a trusted side only
     * @param maxPayload how many bytes a payload may have
     * @return the payloads
     * @throws IllegalArgumentException if there is no such codec here
     */
    public static Payloads of(
            String name, @Nullable ClassLoader loader, @Nullable ObjectInputFilter filter, int maxPayload) {
        JavaSerialization java = new JavaSerialization(loader, filter);
        PayloadCodec codec = switch (name) {
            case PayloadCodec.JAVA -> java;
            case PayloadCodec.FORY -> fory(loader, filter);
            default -> instance(name, loader);
        };
        return new Payloads(codec, java, maxPayload);
    }

    /**
     * For what no codec has to know: functions and exceptions.
     *
     * @return the same, with Java serialization
     */
    public Payloads byJava() {
        return codec.equals(java) ? this : new Payloads(java, java, maxPayload);
    }

    private static PayloadCodec fory(@Nullable ClassLoader loader, @Nullable ObjectInputFilter filter) {
        try {
            return new ForyCodec(loader, filter);
        } catch (LinkageError e) {
            throw new IllegalArgumentException(
                    "'serialization.codec' is 'fory', but Apache Fory is not on the class path (" + e
                            + "): add the dependency org.apache.fory:fory-core, version 1.6.0 or newer, or choose 'java'",
                    e);
        }
    }

    private static PayloadCodec instance(String name, @Nullable ClassLoader loader) {
        ClassLoader from = loader == null ? ClassLoader.getSystemClassLoader() : loader;
        try {
            Object codec = Class.forName(name, true, from).getConstructor().newInstance();
            if (codec instanceof PayloadCodec usable) {
                return usable;
            }
            throw unknown(name, "that class does not implement " + PayloadCodec.class.getName(), null);
        } catch (ClassNotFoundException e) {
            throw unknown(name, "there is no such class on the class path", e);
        } catch (InvocationTargetException e) {
            throw unknown(name, "its constructor failed: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw unknown(name, "it cannot be made by a public constructor without parameters: " + e, e);
        }
    }

    private static IllegalArgumentException unknown(String name, String why, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "'serialization.codec' must be 'java', 'fory' or the class name of a PayloadCodec, but is '" + name
                        + "': " + why,
                cause);
    }

    /**
     * For what is neither a task nor a result.
     *
     * @return the same, with no limit but that of arrays
     */
    public Payloads withoutLimit() {
        return new Payloads(codec, java, LARGEST);
    }

    /**
     * Turns an object into a payload. Only an array of bytes is not copied: the payload has it as it is.
     *
     * @param value an object, null included
     * @return its payload
     * @throws PayloadException if it cannot travel or is too large
     */
    public Payload encode(@Nullable Object value) throws PayloadException {
        Payload simple;
        try {
            simple = Simple.encode(value, maxPayload);
        } catch (OutOfMemoryError e) {
            throw unheld(value, e);
        }
        if (simple != null) {
            return simple;
        }
        assert value != null; // null is simple
        return encoded(Simple.OBJECT, codec, value);
    }

    /**
     * Makes an object fit to travel in a frame. A number, a character and a truth value are that as they are: they are
     * written and read where the bytes of the frame are, and nothing is made in between.
     *
     * @param value an object, null included
     * @return itself, or its payload
     * @throws PayloadException likewise
     */
    public Object pack(@Nullable Object value) throws PayloadException {
        return value != null && Simple.tag(value) != Simple.OBJECT ? value : encode(value);
    }

    /**
     * The same backwards.
     *
     * @param packed what {@link #pack} made, perhaps in another JVM
     * @return an equal object
     * @throws PayloadException as from {@link #decode}
     */
    public @Nullable Object unpack(Object packed) throws PayloadException {
        return packed instanceof Payload payload ? decode(payload) : packed;
    }

    /**
     * How much of a limit it takes.
     *
     * @param packed what {@link #pack} made
     * @return its bytes, as its {@link Payload#size()}
     */
    public static int size(Object packed) {
        return packed instanceof Payload payload ? payload.size() : 1 + Simple.size(Simple.tag(packed));
    }

    /**
     * The same as {@link #encode} for what no codec has to know.
     *
     * @param value an object of this library's, with functions in it
     * @return its payload, which {@link #decode} reads by Java serialization whatever the codec is
     * @throws PayloadException if it cannot travel or is too large
     */
    public Payload encodeByJava(Object value) throws PayloadException {
        return encoded(Simple.JAVA, java, value);
    }

    private Payload encoded(byte tag, PayloadCodec by, Object value) throws PayloadException {
        Bounded bytes = new Bounded(maxPayload - 1); // the tag counts
        try {
            by.encode(value, bytes);
            if (!bytes.exceeded) {
                return new Payload(tag, bytes.content());
            }
        } catch (OutOfMemoryError e) {
            throw unheld(value, e);
        } catch (Exception | Error e) {
            throw bytes.exceeded ? tooLarge(value, "", maxPayload) : unencodable(value, e);
        }
        throw tooLarge(value, "", maxPayload);
    }

    /**
     * Says that the memory does not hold an object together with its encoded form.
     *
     * @param value the object
     * @param problem what was thrown
     * @return what to throw instead
     */
    public static PayloadException unheld(@Nullable Object value, OutOfMemoryError problem) {
        return new PayloadException(
                words(value) + " does not fit into this JVM's memory when encoded (heap of at most "
                        + Runtime.getRuntime().maxMemory()
                        + " bytes); give it a larger heap (-Xmx), lower max-payload, or send a file name instead",
                problem);
    }

    private static PayloadException unencodable(Object value, Throwable problem) {
        if (problem instanceof PayloadException told) {
            return told;
        }
        return isOverflow(problem)
                ? new PayloadException(words(value) + " is nested too deeply to be encoded", problem)
                : new PayloadException(words(value) + " cannot be encoded: " + told(problem), problem);
    }

    /**
     * Turns a payload back into an object.
     *
     * @param payload what {@link #encode} made, perhaps in another JVM
     * @return an equal object
     * @throws PayloadException if the bytes are damaged, or name a class that is missing or not allowed here
     */
    public @Nullable Object decode(Payload payload) throws PayloadException {
        if (payload.isLost()) {
            throw payload.loss();
        }
        try {
            return switch (payload.tag()) {
                case Simple.OBJECT -> codec.decode(new ByteArrayInputStream(payload.content()));
                case Simple.JAVA -> java.decode(new ByteArrayInputStream(payload.content()));
                default -> Simple.decode(payload);
            };
        } catch (PayloadException e) {
            throw e;
        } catch (OutOfMemoryError e) {
            throw new PayloadException(
                    "the object in " + payload.size() + " bytes does not fit into this JVM's memory (heap of at most "
                            + Runtime.getRuntime().maxMemory()
                            + " bytes); give it a larger heap (-Xmx), or send a file name instead",
                    e);
        } catch (Exception | Error e) {
            throw unreadable(e);
        }
    }

    private static PayloadException unreadable(Throwable problem) {
        if (isOverflow(problem)) {
            return new PayloadException("an object is nested too deeply to be read", problem);
        }
        StackTraceElement hook = SerializationPath.hook(problem);
        String what = hook == null
                ? "an object cannot be read: "
                : hook.getClassName() + " cannot be read: its " + hook.getMethodName() + " threw ";
        return new PayloadException(what + told(problem), problem);
    }

    /** Libraries wrap it. */
    private static boolean isOverflow(Throwable problem) {
        return problem instanceof StackOverflowError || problem.getCause() instanceof StackOverflowError;
    }

    static PayloadException tooLarge(Object value, String size, int max) {
        return new PayloadException(
                words(value) + " takes " + size + "more than max-payload (" + max
                        + " bytes); raise it, or send a file name instead",
                null);
    }

    private static String words(@Nullable Object value) {
        return "an object of " + (value == null ? "null" : value.getClass().getTypeName());
    }

    /** An exception of somebody else's code, whose own methods may fail. */
    private static String told(Throwable problem) {
        try {
            return problem.toString();
        } catch (RuntimeException | Error e) {
            return problem.getClass().getName();
        }
    }

    /** Stops an encoding that grows too large before the memory is gone. */
    private static final class Bounded extends ByteArrayOutputStream {

        private final int max;

        private boolean exceeded;

        Bounded(int max) {
            super(256);
            this.max = max;
        }

        @Override
        public synchronized void write(int b) {
            check(1);
            super.write(b);
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            check(length);
            super.write(bytes, from, length);
        }

        private void check(int more) {
            if (count > max - more) {
                exceeded = true;
                throw new IllegalStateException("max-payload is exceeded");
            }
        }

        /** The bytes, without a copy if there are just as many. */
        synchronized byte[] content() {
            return count == buf.length ? buf : toByteArray();
        }
    }
}

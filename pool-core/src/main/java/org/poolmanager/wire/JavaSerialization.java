package org.poolmanager.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.NotSerializableException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import org.jspecify.annotations.Nullable;

/**
 * Java serialization with a class loader for what is read and an allow-list in front of it. Errors name the class and,
 * where the JDK can tell, the fields that lead to it.
 */
public final class JavaSerialization {

    /** Deeper than any graph that Java serialization can write with a usual stack. */
    private static final int MAX_DEPTH = 5_000;

    private final @Nullable ClassLoader loader;

    private final @Nullable ObjectInputFilter filter;

    /**
     * Serialization.
     *
     * @param loader whose classes are found when reading, null for the system's
     * @param filter what may be read; null: everything, for data from a trusted side only
     */
    public JavaSerialization(@Nullable ClassLoader loader, @Nullable ObjectInputFilter filter) {
        this.loader = loader;
        this.filter = filter;
    }

    /**
     * Writes an object behind a tag.
     *
     * @param tag the first byte of the result
     * @param value the object
     * @param max how many bytes the result may have
     * @return tag and object
     * @throws PayloadException if the object is not serializable, too deep or too large
     */
    byte[] serialize(byte tag, Object value, int max) throws PayloadException {
        Bounded bytes = new Bounded(max);
        bytes.write(tag);
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (Bounded.Exceeded e) {
            throw new PayloadException(
                    "an object of " + value.getClass().getName() + " takes more than max-payload (" + max
                            + " bytes); raise it, or send a file name instead",
                    e);
        } catch (NotSerializableException e) {
            throw new PayloadException(SerializationPath.find(value, String.valueOf(e.getMessage())), e);
        } catch (StackOverflowError e) {
            throw new PayloadException(
                    "an object of " + value.getClass().getName() + " is nested too deeply to be serialized", e);
        } catch (IOException | RuntimeException e) {
            throw new PayloadException("an object of " + value.getClass().getName() + " cannot be serialized: " + e, e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads an object.
     *
     * @param bytes where it is
     * @param from where it begins
     * @return the object
     * @throws PayloadException if it is damaged, or a class is missing or not allowed
     */
    @Nullable
    Object deserialize(byte[] bytes, int from) throws PayloadException {
        Allowing allowing = filter == null ? null : new Allowing(filter, bytes.length - from);
        InputStream source = new ByteArrayInputStream(bytes, from, bytes.length - from);
        try (ObjectInputStream in = new Resolving(source, loader, bytes.length - from, allowing != null)) {
            if (allowing != null) {
                in.setObjectInputFilter(allowing);
            }
            return in.readObject();
        } catch (InvalidClassException e) {
            if (allowing != null && allowing.refused != null) {
                throw new PayloadException(allowing.refused, e);
            }
            throw new PayloadException("an object cannot be read: " + e.getMessage(), e);
        } catch (ClassNotFoundException e) {
            throw new PayloadException("class " + e.getMessage() + " is missing here", e);
        } catch (StackOverflowError e) {
            throw new PayloadException("an object is nested too deeply to be read", e);
        } catch (OutOfMemoryError e) {
            throw new PayloadException("an object does not fit into this JVM's memory: " + e.getMessage(), e);
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new PayloadException("an object cannot be read: " + e, e);
        }
    }

    /** Remembers what was refused, because the JDK's exception does not name it. */
    private static final class Allowing implements ObjectInputFilter {

        private final ObjectInputFilter filter;

        private final int bytes;

        private @Nullable String refused;

        Allowing(ObjectInputFilter filter, int bytes) {
            this.filter = filter;
            this.bytes = bytes;
        }

        @Override
        public Status checkInput(FilterInfo info) {
            Class<?> type = info.serialClass();
            if (info.depth() > MAX_DEPTH) {
                refused = "an object is nested " + info.depth() + " levels deep, which is refused as an attack";
                return Status.REJECTED;
            }
            // Each element takes a byte at least, and a hash table four places per element at most.
            if (info.arrayLength() > 4L * bytes + 1024) {
                refused = "an array of " + info.arrayLength() + " elements in " + bytes
                        + " bytes is refused as an attack";
                return Status.REJECTED;
            }
            if (type == null) {
                return Status.UNDECIDED;
            }
            Status status = filter.checkInput(info);
            if (status == Status.ALLOWED) {
                return status;
            }
            refused = "class " + type.getName() + " is not on the list of classes that a worker may send; if you"
                    + " trust it, add it or its package to serialization.allow";
            return Status.REJECTED;
        }
    }

    private static final class Resolving extends ObjectInputStream {

        private final @Nullable ClassLoader loader;

        private final HashNesting nesting;

        Resolving(InputStream in, @Nullable ClassLoader loader, int bytes, boolean wary) throws IOException {
            super(in);
            this.loader = loader;
            this.nesting = new HashNesting(bytes);
            enableResolveObject(wary);
        }

        @Override
        protected @Nullable Object resolveObject(@Nullable Object object) throws IOException {
            nesting.check(object);
            return object;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            if (loader != null) {
                try {
                    return Class.forName(description.getName(), false, loader);
                } catch (ClassNotFoundException e) {
                    return super.resolveClass(description);
                }
            }
            return super.resolveClass(description);
        }
    }

    /** Stops a serialization that grows too large before the memory is gone. */
    private static final class Bounded extends ByteArrayOutputStream {

        private final int max;

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
                throw new Exceeded();
            }
        }

        private static final class Exceeded extends RuntimeException {
            private static final long serialVersionUID = 1L;

            Exceeded() {
                super("payload limit", null, false, false);
            }
        }
    }
}

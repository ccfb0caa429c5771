package org.poolmanager.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.NotSerializableException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Java serialization with a class loader for what is read and an allow-list in front of it. Errors name the class and,
 * where the JDK can tell, the fields that lead to it.
 */
final class JavaSerialization implements PayloadCodec {

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
    JavaSerialization(@Nullable ClassLoader loader, @Nullable ObjectInputFilter filter) {
        this.loader = loader;
        this.filter = filter;
    }

    @Override
    public void encode(Object value, OutputStream to) throws Exception {
        try (ObjectOutputStream out = new ObjectOutputStream(to)) {
            out.writeObject(value);
        } catch (NotSerializableException e) {
            throw SerializationPath.notSerializable(value, e);
        } catch (IOException | RuntimeException | LinkageError e) {
            throw SerializationPath.failed(value, e);
        }
    }

    @Override
    public Object decode(InputStream source) throws Exception {
        int bytes = source.available();
        Allowing allowing = filter == null ? null : new Allowing(filter, bytes);
        try (ObjectInputStream in = new Resolving(source, loader, bytes, allowing != null)) {
            if (allowing != null) {
                in.setObjectInputFilter(allowing);
            }
            return in.readObject();
        } catch (InvalidClassException e) {
            if (allowing != null && allowing.refused != null) {
                throw new PayloadException(allowing.refused, e);
            }
            throw e;
        } catch (ClassNotFoundException e) {
            throw new PayloadException(missing(e.getMessage()), e);
        }
    }

    static String refusal(String className) {
        return "class " + className
                + " is not on the list of classes that a worker may send; if you trust it, add it or"
                + " its package to serialization.allow";
    }

    static String missing(@Nullable String className) {
        return "class " + className + " is missing in the JVM that reads it";
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
            refused = refusal(type.getName());
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
}

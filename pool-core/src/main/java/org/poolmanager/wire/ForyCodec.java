package org.poolmanager.wire;

import java.io.InputStream;
import java.io.ObjectInputFilter;
import java.io.OutputStream;
import org.apache.fory.Fory;
import org.apache.fory.ThreadSafeFory;
import org.apache.fory.config.ForyBuilder;
import org.apache.fory.exception.ForyException;
import org.apache.fory.exception.InsecureException;
import org.apache.fory.resolver.TypeChecker;
import org.apache.fory.resolver.TypeResolver;
import org.jspecify.annotations.Nullable;

/**
 * Apache Fory: faster and smaller than Java serialization, and objects need not be Serializable. Writes whatever it is
 * given and reads what the allow-list names, so there is one Fory for either direction.
 */
final class ForyCodec implements PayloadCodec {

    /** As deep as Java serialization may read. */
    private static final int MAX_DEPTH = 5_000;

    private final ThreadSafeFory writer;

    private final ThreadSafeFory reader;

    ForyCodec(@Nullable ClassLoader loader, @Nullable ObjectInputFilter filter) {
        ClassLoader from = loader == null ? ClassLoader.getSystemClassLoader() : loader;
        writer = builder(from).withTypeChecker((resolver, name) -> true).buildThreadSafeFory();
        reader = filter == null
                ? writer
                : builder(from).withTypeChecker(new Allowing(filter, from)).buildThreadSafeFory();
    }

    private static ForyBuilder builder(ClassLoader loader) {
        return Fory.builder()
                .withXlang(false)
                .withClassLoader(loader)
                .withRefTracking(true)
                .withMaxDepth(MAX_DEPTH)
                .requireClassRegistration(false)
                .suppressClassRegistrationWarnings(true);
    }

    @Override
    public void encode(Object value, OutputStream out) throws Exception {
        writer.serialize(out, value);
    }

    @Override
    public Object decode(InputStream in) throws Exception {
        try {
            return reader.deserialize(in.readAllBytes());
        } catch (ForyException e) {
            for (Throwable each = e; each != null; each = each.getCause()) {
                if (each instanceof InsecureException refused) {
                    throw new PayloadException(String.valueOf(refused.getMessage()), e);
                }
            }
            throw e;
        }
    }

    /** The allow-list, asked by name. */
    private record Allowing(ObjectInputFilter filter, ClassLoader loader) implements TypeChecker {

        @Override
        public boolean checkType(TypeResolver resolver, String name) {
            try {
                Question question = new Question(Class.forName(name, false, loader));
                if (filter.checkInput(question) == ObjectInputFilter.Status.ALLOWED) {
                    return true;
                }
            } catch (ClassNotFoundException e) {
                throw new InsecureException(JavaSerialization.missing(name));
            }
            throw new InsecureException(JavaSerialization.refusal(name));
        }
    }

    private record Question(Class<?> serialClass) implements ObjectInputFilter.FilterInfo {

        @Override
        public long arrayLength() {
            return -1;
        }

        @Override
        public long depth() {
            return 1;
        }

        @Override
        public long references() {
            return 1;
        }

        @Override
        public long streamBytes() {
            return 0;
        }
    }
}

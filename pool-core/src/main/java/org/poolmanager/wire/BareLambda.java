package org.poolmanager.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * A lambda or method reference that has captured nothing, and so travels as the names that describe it. Java serialization
 * does the same in the end, but starting its machinery would be a good part of what a worker's start takes.
 */
public final class BareLambda {

    private static final MethodType MAKER = MethodType.methodType(Object.class, SerializedLambda.class);

    private BareLambda() {}

    /**
     * What the JDK would write of a lambda.
     *
     * @param function any object
     * @return its description, or null if it is no serializable lambda
     */
    public static @Nullable SerializedLambda describe(Object function) {
        try {
            Method replace = function.getClass().getDeclaredMethod("writeReplace");
            replace.setAccessible(true);
            return replace.invoke(function) instanceof SerializedLambda lambda ? lambda : null;
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    /**
     * The names of a lambda.
     *
     * @param function any object
     * @return what {@link #decode} makes the same of, or null if it is anything else than a bare lambda
     */
    public static byte @Nullable [] encode(Object function) {
        SerializedLambda lambda = function.getClass().isHidden() ? describe(function) : null;
        if (lambda == null || lambda.getCapturedArgCount() > 0) {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeUTF(lambda.getCapturingClass());
            out.writeUTF(lambda.getFunctionalInterfaceClass());
            out.writeUTF(lambda.getFunctionalInterfaceMethodName());
            out.writeUTF(lambda.getFunctionalInterfaceMethodSignature());
            out.writeInt(lambda.getImplMethodKind());
            out.writeUTF(lambda.getImplClass());
            out.writeUTF(lambda.getImplMethodName());
            out.writeUTF(lambda.getImplMethodSignature());
            out.writeUTF(lambda.getInstantiatedMethodType());
        } catch (IOException e) {
            return null; // a name that is too long
        }
        return bytes.toByteArray();
    }

    /**
     * The lambda, made by the class that it was written in.
     *
     * @param names what {@link #encode} made, by a trusted side only
     * @param loader finds that class
     * @return the lambda
     * @throws PayloadException if that class is missing here, or does not know the lambda
     */
    public static Object decode(byte[] names, ClassLoader loader) throws PayloadException {
        String home = "";
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(names));
            home = in.readUTF().replace('/', '.');
            Class<?> type = Class.forName(home, false, loader);
            MethodHandles.Lookup inside = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
            MethodHandle maker = inside.findStatic(type, "$deserializeLambda$", MAKER);
            SerializedLambda lambda = read(type, in);
            inside.ensureInitialized(type); // what that throws is no failure to read
            return make(maker, lambda);
        } catch (ClassNotFoundException e) {
            throw new PayloadException(JavaSerialization.missing(home), e);
        } catch (IOException | ReflectiveOperationException e) {
            throw unreadable(home, e);
        }
    }

    /** A handle of just these types, and not reflection, which would make classes for it. */
    private static Object make(MethodHandle maker, SerializedLambda lambda) throws PayloadException {
        try {
            return (Object) maker.invokeExact(lambda);
        } catch (Throwable e) {
            throw unreadable(lambda.getCapturingClass().replace('/', '.'), e);
        }
    }

    private static PayloadException unreadable(String home, Throwable problem) {
        return new PayloadException("a function of " + home + " cannot be read: " + problem, problem);
    }

    private static SerializedLambda read(Class<?> home, DataInputStream in) throws IOException {
        String type = in.readUTF();
        String method = in.readUTF();
        String signature = in.readUTF();
        int kind = in.readInt();
        return new SerializedLambda(
                home,
                type,
                method,
                signature,
                kind,
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                new Object[0]);
    }
}

package org.poolmanager.worker;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.BareLambda;
import org.poolmanager.wire.Payload;
import org.poolmanager.wire.PayloadException;
import org.poolmanager.wire.Payloads;
import org.poolmanager.wire.StartConfig;

/**
 * What a pool runs, before it is built: a {@link PoolProcess} class or a function, and the static arguments; or a class
 * and the factory that makes its instances.
 */
public final class Target {

    private final @Nullable Class<?> type;

    /** A task function; beside a class, the supplier of its instances. */
    private final @Nullable Object function;

    private final List<@Nullable Object> staticArgs;

    private Target(@Nullable Class<?> type, @Nullable Object function, List<? extends @Nullable Object> staticArgs) {
        this.type = type;
        this.function = function;
        this.staticArgs = Collections.unmodifiableList(new ArrayList<>(staticArgs));
    }

    /**
     * A worker class.
     *
     * @param type a {@link PoolProcess}
     * @param staticArgs its constructor's arguments
     * @return the target
     */
    public static Target ofClass(Class<?> type, List<? extends @Nullable Object> staticArgs) {
        return new Target(Objects.requireNonNull(type, "'worker' must not be null"), null, staticArgs);
    }

    /**
     * A function.
     *
     * @param function a {@link TaskFunction}, {@link TaskFunction2} or {@link TaskFunction3}
     * @param staticArgs its last arguments
     * @return the target
     */
    public static Target ofFunction(Object function, List<? extends @Nullable Object> staticArgs) {
        return new Target(null, Objects.requireNonNull(function, "'function' must not be null"), staticArgs);
    }

    /**
     * The same target with other static arguments.
     *
     * @param args the static arguments
     * @return the target
     */
    public Target withStaticArgs(List<? extends @Nullable Object> args) {
        return new Target(type, function, args);
    }

    /**
     * The same class, whose instances are made by a factory where they are needed.
     *
     * @param factory serializable
     * @return the target
     */
    public Target madeBy(Supplier<? extends PoolProcess<?, ?>> factory) {
        return new Target(type, factory, List.of());
    }

    /**
     * The class whose loader finds everything that the worker needs.
     *
     * @return the worker class, or the function's own
     */
    public Class<?> anchor() {
        if (type != null) {
            return type;
        }
        assert function != null;
        Class<?> host = function.getClass();
        return host.isHidden() ? FunctionHome.of(function) : host;
    }

    /**
     * The target in words.
     *
     * @return the name of the worker class, or of the class that declares the function
     */
    public String name() {
        return anchor().getName();
    }

    /**
     * Whether the target is a class.
     *
     * @return false for a function
     */
    public boolean isClass() {
        return type != null;
    }

    /**
     * What of the target travels to a child JVM, in words.
     *
     * @return for an error that says it cannot
     */
    public String cargo() {
        if (type == null) {
            return "function of " + name() + " or a static argument of it";
        }
        return (function == null ? "static arguments of worker " : "workerFactory of worker ") + name();
    }

    /**
     * Finds out whether the target could be built.
     *
     * @throws IllegalArgumentException if not; the message says what a target must look like
     */
    public void check() {
        if (type == null) {
            return;
        }
        String name = type.getName();
        if (!PoolProcess.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException("worker " + name + " does not implement " + PoolProcess.class.getName());
        }
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            throw new IllegalArgumentException("worker " + name + " is abstract: name a class that can be built");
        }
        if (type.isAnonymousClass() || type.isLocalClass()) {
            throw new IllegalArgumentException(
                    "worker " + name + " is declared inside a method: make it a top-level or a static nested class");
        }
        if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
            throw new IllegalArgumentException("worker " + name + " is an inner class: make it static");
        }
        constructor(type);
    }

    /**
     * Builds the target, on the thread that will run the tasks.
     *
     * @return a new worker
     * @throws Exception what the constructor threw
     */
    @SuppressWarnings("unchecked") // the pool's own type parameters guarantee it
    public PoolProcess<@Nullable Object, @Nullable Object> build() throws Exception {
        if (function instanceof Supplier<?> factory) {
            return (PoolProcess<@Nullable Object, @Nullable Object>) factory.get();
        }
        if (type == null) {
            assert function != null;
            return new FunctionProcess(function, staticArgs);
        }
        Constructor<?> constructor = constructor(type);
        constructor.setAccessible(true);
        try {
            return (PoolProcess<@Nullable Object, @Nullable Object>) constructor.newInstance(staticArgs.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    /**
     * The target for workers that share this JVM: each gets static arguments of its own, as they are now, as a child JVM
     * would. Those that cannot travel are shared.
     *
     * @param payloads how the static arguments are copied
     * @return makes the target of one worker
     */
    public Callable<Target> copies(Payloads payloads) {
        List<Callable<@Nullable Object>> copies = new ArrayList<>();
        for (Object arg : staticArgs) {
            copies.add(copies(arg, payloads));
        }
        return () -> {
            List<@Nullable Object> args = new ArrayList<>();
            for (Callable<@Nullable Object> copy : copies) {
                args.add(copy.call());
            }
            return withStaticArgs(args);
        };
    }

    private static Callable<@Nullable Object> copies(@Nullable Object arg, Payloads payloads) {
        try {
            byte[] bytes = payloads.encode(arg).toBytes();
            return () -> payloads.decode(Payload.of(bytes));
        } catch (PayloadException e) {
            return () -> arg;
        }
    }

    /**
     * Makes the target fit for travel.
     *
     * @param payloads how the function and the static arguments are encoded
     * @return the target as data
     * @throws PayloadException if one of them cannot travel
     */
    public StartConfig.Target encode(Payloads payloads) throws PayloadException {
        List<byte[]> args = new ArrayList<>();
        for (Object arg : staticArgs) {
            args.add(payloads.encode(arg).toBytes());
        }
        if (function == null) {
            assert type != null;
            return new StartConfig.Target(type.getName(), null, null, args);
        }
        byte[] lambda = BareLambda.encode(function);
        return lambda == null
                ? new StartConfig.Target(
                        null, null, payloads.byJava().encode(function).toBytes(), args)
                : new StartConfig.Target(null, lambda, null, args);
    }

    /**
     * The target after its travel. Loads the class and initializes nothing.
     *
     * @param data what {@link #encode} made
     * @param payloads how to decode it
     * @return the target
     * @throws PayloadException if a part of it cannot be decoded here
     * @throws ClassNotFoundException if the worker class is missing here
     */
    static Target decode(StartConfig.Target data, Payloads payloads) throws PayloadException, ClassNotFoundException {
        List<@Nullable Object> args = new ArrayList<>();
        for (byte[] arg : data.staticArgs()) {
            args.add(payloads.decode(Payload.of(arg)));
        }
        if (data.lambda() != null) {
            return new Target(null, BareLambda.decode(data.lambda(), ClassLoader.getSystemClassLoader()), args);
        }
        if (data.function() != null) {
            return new Target(null, payloads.byJava().decode(Payload.of(data.function())), args);
        }
        return new Target(Class.forName(data.className(), false, ClassLoader.getSystemClassLoader()), null, args);
    }

    private Constructor<?> constructor(Class<?> worker) {
        List<Constructor<?>> fitting = new ArrayList<>();
        for (Constructor<?> candidate : worker.getDeclaredConstructors()) {
            if (fits(candidate.getParameterTypes())) {
                fitting.add(candidate);
            }
        }
        if (fitting.size() == 1) {
            return fitting.get(0);
        }
        throw new IllegalArgumentException("worker " + worker.getName() + " has "
                + (fitting.isEmpty() ? "no constructor" : fitting.size() + " constructors") + " that take"
                + (fitting.isEmpty() ? "s" : "") + " the static arguments " + types() + "; its constructors are "
                + Arrays.toString(worker.getDeclaredConstructors()) + ". Give static arguments that fit exactly one.");
    }

    private boolean fits(Class<?>[] parameters) {
        if (parameters.length != staticArgs.size()) {
            return false;
        }
        for (int i = 0; i < parameters.length; i++) {
            Object arg = staticArgs.get(i);
            if (arg == null
                    ? parameters[i].isPrimitive()
                    : !boxed(parameters[i]).isInstance(arg)) {
                return false;
            }
        }
        return true;
    }

    private static Class<?> boxed(Class<?> type) {
        return java.lang.invoke.MethodType.methodType(type).wrap().returnType();
    }

    private String types() {
        StringBuilder text = new StringBuilder("(");
        for (Object arg : staticArgs) {
            text.append(text.length() == 1 ? "" : ", ")
                    .append(arg == null ? "null" : arg.getClass().getName());
        }
        return text.append(')').toString();
    }
}

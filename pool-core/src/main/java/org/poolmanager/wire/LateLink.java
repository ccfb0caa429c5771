package org.poolmanager.wire;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Method references to what the compiler must not see. Reflection goes through method handles since JDK 18, and makes
 * several classes for a call, as a handle does whose arguments must be cast. A lambda is one class, and what makes it is
 * needed anyway when the target is a function.
 */
public final class LateLink {

    private LateLink() {}

    /**
     * The same as {@code Type::method}.
     *
     * @param type a functional interface that this class can see
     * @param name of its method
     * @param shape of its method, erased
     * @param method a public method
     * @return an instance
     * @param <F> the functional interface
     * @throws Throwable if the method does not fit
     */
    public static <F> F link(Class<F> type, String name, MethodType shape, MethodHandle method) throws Throwable {
        return type.cast(LambdaMetafactory.metafactory(
                        MethodHandles.lookup(), name, MethodType.methodType(type), shape, method, method.type())
                .getTarget()
                .invoke());
    }
}

package org.poolmanager.worker;

import java.lang.invoke.SerializedLambda;
import org.poolmanager.wire.BareLambda;

/** Finds the class that a lambda or method reference was written in: its own class is hidden and has no source. */
final class FunctionHome {

    private FunctionHome() {}

    static Class<?> of(Object function) {
        SerializedLambda lambda = BareLambda.describe(function);
        if (lambda == null) {
            return function.getClass();
        }
        try {
            return Class.forName(
                    lambda.getCapturingClass().replace('/', '.'),
                    false,
                    function.getClass().getClassLoader());
        } catch (ClassNotFoundException e) {
            return function.getClass();
        }
    }
}

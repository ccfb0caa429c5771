package org.poolmanager.worker;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** Finds the class that a lambda or method reference was written in: its own class is hidden and has no source. */
final class FunctionHome {

    private FunctionHome() {}

    static Class<?> of(Object function) {
        try {
            Method replace = function.getClass().getDeclaredMethod("writeReplace");
            replace.setAccessible(true);
            SerializedLambda lambda = (SerializedLambda) replace.invoke(function);
            return Class.forName(
                    lambda.getCapturingClass().replace('/', '.'),
                    false,
                    function.getClass().getClassLoader());
        } catch (NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException
                | ClassNotFoundException
                | ClassCastException e) {
            return function.getClass();
        }
    }
}

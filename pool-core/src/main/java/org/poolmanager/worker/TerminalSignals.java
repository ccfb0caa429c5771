package org.poolmanager.worker;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.function.BiFunction;
import org.poolmanager.wire.LateLink;

/**
 * Signals that a terminal sends to all processes of a group at once. They are the parent's to answer: whether accepted
 * work is finished first is its decision, and a child that ended by itself would take that from it.
 */
final class TerminalSignals {

    private static final List<String> NAMES = List.of("INT", "HUP");

    /** Reflection goes through method handles since then, which makes six classes for this. */
    private static final int LINKED_SINCE = 18;

    private TerminalSignals() {}

    /** Also for the processes that tasks start, which inherit it. By names, because the compiler warns of the class. */
    static void ignore() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            if (Runtime.version().feature() < LINKED_SINCE) {
                ignoreByReflection(signal, handler);
            } else {
                ignoreByLink(signal, handler);
            }
        } catch (Throwable e) {
            // No such signal here, or a runtime without jdk.unsupported: then a terminal ends this child, too.
        }
    }

    private static void ignoreByReflection(Class<?> signal, Class<?> handler) throws ReflectiveOperationException {
        Object ignoring = handler.getField("SIG_IGN").get(null);
        for (String name : NAMES) {
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), ignoring);
        }
    }

    @SuppressWarnings("unchecked") // the shape is that of the interface
    private static void ignoreByLink(Class<?> signal, Class<?> handler) throws Throwable {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Object ignoring =
                lookup.findStaticVarHandle(handler, "SIG_IGN", handler).get();
        MethodHandle make = lookup.findConstructor(signal, MethodType.methodType(void.class, String.class));
        BiFunction<Object, Object, Object> handle = LateLink.link(
                BiFunction.class,
                "apply",
                MethodType.genericMethodType(2),
                lookup.findStatic(signal, "handle", MethodType.methodType(handler, signal, handler)));
        for (String name : NAMES) {
            Object unused = handle.apply(make.invoke(name), ignoring);
        }
    }
}

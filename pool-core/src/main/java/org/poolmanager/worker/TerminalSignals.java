package org.poolmanager.worker;

import java.util.List;

/**
 * Signals that a terminal sends to all processes of a group at once. They are the parent's to answer: whether accepted
 * work is finished first is its decision, and a child that ended by itself would take that from it.
 */
final class TerminalSignals {

    private TerminalSignals() {}

    /** Also for the processes that tasks start, which inherit it. By reflection, because the compiler warns of the class. */
    static void ignore() {
        for (String name : List.of("INT", "HUP")) {
            try {
                Class<?> signal = Class.forName("sun.misc.Signal");
                Class<?> handler = Class.forName("sun.misc.SignalHandler");
                signal.getMethod("handle", signal, handler)
                        .invoke(
                                null,
                                signal.getConstructor(String.class).newInstance(name),
                                handler.getField("SIG_IGN").get(null));
            } catch (ReflectiveOperationException | RuntimeException e) {
                // No such signal here, or a runtime without jdk.unsupported: then a terminal ends this child, too.
            }
        }
    }
}

package org.poolmanager.benchmarks;

import java.io.IOException;

/** Says hello and waits for its end: the least that a child JVM can do. */
public final class HelloChild {

    private HelloChild() {}

    /**
     * Called by {@link WorkerStart}.
     *
     * @param args none
     * @throws IOException if nobody listens
     */
    public static void main(String[] args) throws IOException {
        System.out.write('!');
        System.out.flush();
        int unused = System.in.read();
    }
}

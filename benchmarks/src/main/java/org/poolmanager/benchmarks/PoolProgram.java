package org.poolmanager.benchmarks;

import java.io.IOException;
import java.util.Collections;
import org.poolmanager.PoolManager;

/** A program with a pool that has worked and is idle now. */
public final class PoolProgram {

    private static final int TASKS = 100;

    private PoolProgram() {}

    /**
     * Called by {@link IdleProgram}.
     *
     * @param args none
     * @throws Exception if the pool does not work
     */
    public static void main(String[] args) throws Exception {
        try (PoolManager<Integer, Integer> pool =
                PoolManager.builder(Contestants::square).size(Contestants.SIZE).start()) {
            pool.map(Collections.nCopies(TASKS, 1));
            hello();
            int unused = System.in.read();
        }
    }

    private static void hello() throws IOException {
        System.out.write('!');
        System.out.flush();
    }
}

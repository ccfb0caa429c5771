package org.poolmanager.launch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The memory of the machine or container, divided among the child JVMs of all pools of this JVM. A JVM alone takes a
 * quarter of it for its heap, which is too much for each of many. Safe for use by many threads.
 *
 * <p>A pool whose options say nothing about the heap gets half of what is left by the pools before it, divided by its
 * workers, and never more than a JVM would take anyway. What the options say counts as it is. Nothing is refused: how much
 * of its heap a worker will use, only its user knows.
 */
public final class MemoryBudget {

    private static final long MIB = 1 << 20;

    /** Less than that is of no use to a JVM. */
    private static final long LEAST = 64 * MIB;

    private static final class ThisJvm {

        static final MemoryBudget BUDGET =
                new MemoryBudget(SystemMemory.total(), Runtime.getRuntime().maxMemory());
    }

    /** What the machine or container has, -1 if that is not known. */
    private final long total;

    private final long own;

    private final List<Share> shares = new ArrayList<>();

    MemoryBudget(long total, long own) {
        this.total = total;
        this.own = own;
    }

    /** The one of this JVM. */
    public static MemoryBudget ofThisJvm() {
        return ThisJvm.BUDGET;
    }

    /**
     * Takes a part for the workers of a pool, until it is closed.
     *
     * @param pool the pool's name
     * @param workers how many
     * @param options of their JVMs
     */
    public synchronized Share take(String pool, int workers, JvmOptions options) {
        Share share = share(pool, workers, options);
        shares.add(share);
        return share;
    }

    private Share share(String pool, int workers, JvmOptions options) {
        if (total <= 0) {
            return new Share(this, pool, workers, 0, true, options);
        }
        Long chosen = HeapOptions.of(options, total);
        if (chosen != null) {
            return new Share(this, pool, workers, chosen, true, options);
        }
        long heap = Math.max(LEAST, rounded(Math.min(total / 4, left() / 2 / workers)));
        List<String> args = new ArrayList<>();
        args.add("-Xmx" + heap / MIB + "m");
        args.addAll(options.args());
        return new Share(this, pool, workers, heap, false, options.withArgs(args));
    }

    /** What this JVM and the pools so far leave; this JVM never takes all. */
    private long left() {
        long room = Math.max(total / 4, total / 5 * 4 - own);
        return Math.max(0, room - sum(shares));
    }

    private static long sum(Collection<Share> shares) {
        return shares.stream().mapToLong(Share::sum).sum();
    }

    /** To few different values, because an archive of classes fits one only. */
    private static long rounded(long bytes) {
        long power = Long.highestOneBit(Math.max(1, bytes));
        return power + power / 2 <= bytes ? power + power / 2 : power;
    }

    private synchronized void giveBack(Share share) {
        shares.remove(share);
    }

    private synchronized @Nullable String overcommitment() {
        long sum = own + sum(shares);
        if (total <= 0 || sum <= total) {
            return null;
        }
        StringBuilder text = new StringBuilder("The JVMs of this application may take more memory than there is: ");
        for (Share share : shares) {
            text.append("pool '")
                    .append(share.pool)
                    .append("' ")
                    .append(share.workers)
                    .append(" x ");
            text.append(words(share.heap)).append(share.chosen ? " (by jvm.args), " : " (a share), ");
        }
        return text.append("this JVM ")
                .append(words(own))
                .append(", together ")
                .append(words(sum))
                .append(" of heap, where the machine or container has ")
                .append(words(total))
                .append(
                        " for everything. The system may kill workers then (exit value 137). Lower size or -Xmx of a pool,"
                                + " or give the machine or container more memory")
                .toString();
    }

    private static String words(long bytes) {
        return bytes >= 1024 * MIB
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / 1024.0 / MIB)
                : bytes / MIB + " MiB";
    }

    /** What the workers of one pool may take. */
    public static final class Share implements AutoCloseable {

        private final MemoryBudget budget;

        private final String pool;

        private final int workers;

        private final long heap;

        private final boolean chosen;

        private final JvmOptions options;

        private Share(MemoryBudget budget, String pool, int workers, long heap, boolean chosen, JvmOptions options) {
            this.budget = budget;
            this.pool = pool;
            this.workers = workers;
            this.heap = heap;
            this.chosen = chosen;
            this.options = options;
        }

        private long sum() {
            return heap * workers;
        }

        /** The given options, with a heap size if they have none. */
        public JvmOptions options() {
            return options;
        }

        /** Says so if all pools together, and this JVM, may take more than there is; else null. */
        public @Nullable String overcommitment() {
            return budget.overcommitment();
        }

        /** Leaves it to others. */
        @Override
        public void close() {
            budget.giveBack(this);
        }
    }
}

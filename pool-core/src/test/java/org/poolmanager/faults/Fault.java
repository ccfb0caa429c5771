package org.poolmanager.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Ways in which a task can go wrong, to try out what becomes of it and of its neighbours. A task {@linkplain #strike()
 * strikes} with one, or a pool is made of nothing else: {@code PoolManager.builder(Fault::strike)}.
 *
 * <p>Faults that {@linkplain Effect#KILLS kill} end the JVM in which they strike. Never let one strike in a thread of an
 * application or a test.
 */
public enum Fault {

    /** Returns {@code "NONE"}. */
    NONE(Effect.RETURNS) {
        @Override
        public Object strike() {
            return name();
        }
    },

    /** Throws an {@link IllegalStateException}. */
    THROW(Effect.THROWS) {
        @Override
        public Object strike() {
            throw new IllegalStateException("as it was told to");
        }
    },

    /** Throws an exception with a field that cannot be serialized. */
    THROW_UNSERIALIZABLE(Effect.THROWS) {
        @Override
        public Object strike() throws Untransportable {
            throw new Untransportable();
        }
    },

    /** Returns an object that cannot be serialized, which is a failure where results travel. */
    RETURN_UNSERIALIZABLE(Effect.THROWS) {
        @Override
        public Object strike() {
            return new Object();
        }
    },

    /** Calls itself until the stack overflows. */
    OVERFLOW_STACK(Effect.THROWS) {
        @Override
        public Object strike() {
            return deeper(0);
        }
    },

    /** Calls {@code System.exit(42)}. */
    EXIT(Effect.KILLS) {
        @Override
        public Object strike() {
            System.exit(42);
            return name();
        }
    },

    /** Calls {@code Runtime.halt(43)}. */
    HALT(Effect.KILLS) {
        @Override
        public Object strike() {
            Runtime.getRuntime().halt(43);
            return name();
        }
    },

    /** Writes to address 0, by which the JVM crashes with SIGSEGV. */
    SEGV(Effect.KILLS) {
        @Override
        public Object strike() throws ReflectiveOperationException {
            // By reflection, because compilers warn of the class.
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            java.lang.reflect.Field instance = unsafe.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            unsafe.getMethod("putAddress", long.class, long.class).invoke(instance.get(null), 0L, 0L);
            return name();
        }
    },

    /** Ends as a native library does that calls {@code abort()}: by SIGABRT. Needs the program {@code kill}. */
    ABORT(Effect.KILLS) {
        @Override
        public Object strike() throws IOException {
            String self = Long.toString(ProcessHandle.current().pid());
            new ProcessBuilder("kill", "-ABRT", self).start();
            return sleepForEver();
        }
    },

    /** Takes all of the heap. Set a small {@code -Xmx}. */
    LEAK(Effect.KILLS) {
        @Override
        public Object strike() {
            List<byte[]> hoard = new ArrayList<>();
            while (hoard.size() < Integer.MAX_VALUE) {
                hoard.add(new byte[1 << 20]);
            }
            return name();
        }
    },

    /** Returns, and ends the JVM by {@code System.exit(44)} a moment later, on a thread called {@code late-exit}. */
    EXIT_LATER(Effect.KILLS_LATER) {
        @Override
        public Object strike() {
            new Thread(
                            () -> {
                                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                                System.exit(44);
                            },
                            "late-exit")
                    .start();
            return name();
        }
    },

    /** Waits for ever, unless it is interrupted. */
    HANG(Effect.HANGS) {
        @Override
        public Object strike() throws InterruptedException {
            Thread.sleep(Long.MAX_VALUE);
            return name();
        }
    },

    /** Waits for ever, whatever interrupts it. */
    IGNORE_INTERRUPTS(Effect.HANGS) {
        @Override
        public Object strike() {
            return sleepForEver();
        }
    },

    /** Computes for ever. */
    SPIN(Effect.HANGS) {
        @Override
        public Object strike() {
            while (true) {
                Thread.onSpinWait();
            }
        }
    },

    /** Waits for a lock of a thread that waits for a lock of its. */
    DEADLOCK(Effect.HANGS) {
        @Override
        public Object strike() {
            ReentrantLock mine = new ReentrantLock();
            ReentrantLock other = new ReentrantLock();
            mine.lock();
            Thread rival = new Thread(
                    () -> {
                        other.lock();
                        mine.lock();
                    },
                    "rival");
            rival.setDaemon(true);
            rival.start();
            while (!other.isLocked()) {
                Thread.onSpinWait();
            }
            other.lock();
            return name();
        }
    },

    /** Prints two megabytes to standard output, far more than a pipe holds. */
    FLOOD(Effect.RETURNS) {
        @Override
        public Object strike() {
            String line = "flood ".repeat(20);
            for (int i = 0; i < 2_000_000 / line.length(); i++) {
                System.out.println(line);
            }
            return name();
        }
    },

    /** Returns, and leaves a thread behind that never ends and would keep a JVM alive. */
    LEAVE_THREAD(Effect.RETURNS) {
        @Override
        public Object strike() {
            new Thread(Fault::sleepForEver, "left-behind").start();
            return name();
        }
    };

    /** What a fault does to the task that strikes with it. */
    public enum Effect {
        /** It returns the fault's name. */
        RETURNS,
        /** It fails by an exception, and its worker goes on. */
        THROWS,
        /** It is lost with its JVM. */
        KILLS,
        /** It returns the fault's name, or is lost with its JVM, which ends soon after in any case. */
        KILLS_LATER,
        /** It does not end by itself. */
        HANGS
    }

    private final Effect effect;

    Fault(Effect effect) {
        this.effect = effect;
    }

    /**
     * What it does to its task.
     *
     * @return the effect
     */
    public Effect effect() {
        return effect;
    }

    /**
     * Does what the fault's name says.
     *
     * @return the fault's name, except where it says otherwise or never returns
     * @throws Exception if that is the fault
     */
    public abstract Object strike() throws Exception;

    private static int deeper(int depth) {
        return deeper(depth + 1) + depth;
    }

    private static Object sleepForEver() {
        while (true) {
            LockSupport.park();
            Thread.interrupted();
        }
    }

    /** An exception that cannot travel. */
    private static final class Untransportable extends Exception {

        private static final long serialVersionUID = 1;

        @SuppressWarnings({"serial", "unused"}) // which is the point of it
        private final Object ballast = new Object();

        Untransportable() {
            super("cannot be serialized");
        }
    }
}

package org.poolmanager;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Shutdown.End;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of an open pool that nobody can reach any more: it says so, finishes what it has accepted, and closes
 * itself. Everything behind the public object therefore refers to the engine and never to that object.
 */
final class DroppedPool implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private static final Cleaner CLEANER = Cleaner.create();

    /** Empty while the pool is not open: then nothing is to be done, and nothing of it is held on to. */
    private final AtomicReference<@Nullable Engine> open;

    private final Throwable place;

    private DroppedPool(Engine engine) {
        this.open = engine.whenOpen();
        this.place = new Throwable("Pool '" + engine.settings().name() + "' was created here");
    }

    /** Called by the thread that creates the pool: the warning shows its stack. */
    static void watch(PoolManager<?, ?> pool, Engine engine) {
        CLEANER.register(pool, new DroppedPool(engine));
    }

    @Override
    public void run() {
        Engine engine = open.get();
        if (engine == null) {
            return;
        }
        PoolStats stats = engine.stats();
        switch (stats.state()) {
            case NEW, STOPPED -> {
                return;
            }
            case FAILED, DRAINING -> {
                // Nothing is lost: the failure has been reported; whoever has shut it down wanted this end.
            }
            default ->
                LOG.warn(
                        "Pool '{}' was dropped without close(): nothing refers to it any more. Its {} unfinished tasks"
                                + " run to their end, then it closes itself. Hold on to a pool for as long as it is"
                                + " wanted, and close it, best by try-with-resources",
                        engine.settings().name(),
                        stats.tasks().running() + stats.queue().size(),
                        place);
        }
        // In a thread of its own: this one has the other pools of this JVM to look after.
        engine.shutdown()
                .closeInBackground(End.DRAIN, engine.settings().limits().close());
    }
}

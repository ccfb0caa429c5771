package org.poolmanager;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records of all workers on their way to the loggers here: a bounded queue and one thread that empties it, so that a slow
 * appender holds up neither lanes nor results. The thread is there from the first record until the pool is closed.
 */
final class LogQueue {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private static final long MAX_BYTES = 8 << 20;

    /** What a short record takes beside its bytes. */
    private static final int ENTRY_BYTES = 128;

    /** So long an outcome waits for the records before it. */
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(250);

    /** So long a worker's last records hold up the end of its lane. */
    private static final long LAST_PATIENCE = TimeUnit.SECONDS.toNanos(5);

    /** Listeners are told of dropped records no more often. */
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(10);

    /** So long a full queue waits for one record to be done. */
    private static final long STUCK = TimeUnit.SECONDS.toNanos(10);

    /**
     * A record.
     *
     * @param worker who logged it
     * @param pid in which process
     * @param task in which task, negative if in none
     * @param event the encoded {@link org.poolmanager.wire.LogEvent}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(int worker, long pid, long task, byte[] event) {

        int bytes() {
            return event.length + ENTRY_BYTES;
        }
    }

    private final PoolSettings settings;

    private final Life life;

    private final Events events;

    private final LogReplay replay;

    private final LogTally tally = new LogTally();

    /** Guards all below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition work = lock.newCondition();

    private final Condition progress = lock.newCondition();

    private final Condition room = lock.newCondition();

    private final Deque<Entry> entries = new ArrayDeque<>();

    private @Nullable Thread thread;

    private boolean stopped;

    /** With the record that is being replayed. */
    private long bytes;

    private long added;

    /** Read without the lock too. */
    private volatile long done;

    private volatile long dropped;

    private boolean dropToldOf;

    /** How many dropped ones the listeners know of, and since when. */
    private volatile long toldOfDropped;

    private long toldAt;

    /** The lowest number that somebody waits for to be done. */
    private long awaited = Long.MAX_VALUE;

    private int waitingForRoom;

    /** The loggers did not keep up; nobody waits for them until they have taken everything once. */
    private boolean behind;

    /** How many were done when a full queue was waited for in vain, -1 if it never was. */
    private long stuckAt = -1;

    LogQueue(PoolSettings settings, Life life, Events events) {
        this.settings = settings;
        this.life = life;
        this.events = events;
        this.replay = new LogReplay(settings.name());
    }

    /** A new run of the pool begins, with these loggers. */
    void start(Set<String> loggers) {
        replay.accept(loggers);
        lock.lock();
        try {
            stopped = false;
        } finally {
            lock.unlock();
        }
    }

    /** No more records are expected. What is queued, or comes nevertheless, is still replayed; nobody waits for it. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    PoolStats.Logs stats() {
        return tally.stats(done, dropped);
    }

    /**
     * Adds a record, or drops it; if the queue is full and nothing is to be dropped, waits.
     *
     * @return the number to {@link #await}
     */
    long add(Entry entry) {
        long number;
        long news = 0;
        lock.lock();
        try {
            if (hasRoom(entry) || awaitRoom(entry)) {
                enqueue(entry);
            } else {
                drop(entry);
                news = takeNews(false);
            }
            number = added;
        } finally {
            lock.unlock();
        }
        publish(news);
        return number;
    }

    private void enqueue(Entry entry) {
        bytes += entry.bytes();
        entries.add(entry);
        added++;
        if (thread == null) {
            Thread replaying = new PoolThread(life, "pool-" + settings.name() + "-log", this::run);
            replaying.start();
            thread = replaying;
        }
        work.signal();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only
    private void drop(Entry entry) {
        dropped++;
        tally.dropped(entry.event());
    }

    /** How many dropped records the listeners are to be told of now. */
    private long takeNews(boolean last) {
        long news = dropped - toldOfDropped;
        long now = System.nanoTime();
        if (news == 0 || (!last && toldOfDropped > 0 && now - toldAt < INTERVAL)) {
            return 0;
        }
        toldOfDropped = dropped;
        toldAt = now;
        return news;
    }

    /** Without the lock: listeners are code of others. */
    private void publish(long news) {
        if (news > 0) {
            events.publish(new PoolEvent.LogsDropped(settings.name(), news));
        }
    }

    /** Of what was dropped too soon after they were told last. */
    private void tellListeners(boolean last) {
        if (dropped == toldOfDropped) {
            return;
        }
        long news;
        lock.lock();
        try {
            news = takeNews(last);
        } finally {
            lock.unlock();
        }
        publish(news);
        PoolThread.forgetInterrupt();
    }

    private boolean hasRoom(Entry entry) {
        return bytes == 0 || bytes + entry.bytes() <= MAX_BYTES;
    }

    private boolean awaitRoom(Entry entry) {
        if (settings.logOverflow() == LogOverflow.DROP) {
            behind = true;
            return false;
        }
        long seen = done;
        long left = STUCK;
        waitingForRoom++;
        while (!hasRoom(entry) && left > 0 && stuckAt != done) {
            left = await(room, left);
            if (done != seen) {
                seen = done;
                left = STUCK;
            }
        }
        waitingForRoom--;
        if (!hasRoom(entry)) {
            behind = true;
            stuckAt = done;
            return false;
        }
        return true;
    }

    /**
     * Waits until a record and all before it are done: for a moment, and not at all while the loggers are known not to
     * keep up.
     *
     * @param number what {@link #add} returned
     */
    void await(long number) {
        await(number, PATIENCE, false);
    }

    /** The same for the last record of a worker that is gone: longer, and in any case. */
    void awaitLast(long number) {
        await(number, LAST_PATIENCE, true);
    }

    private void await(long number, long patience, boolean evenIfBehind) {
        if (done >= number) {
            return;
        }
        lock.lock();
        try {
            long left = patience;
            while (done < number && left > 0 && (evenIfBehind || !behind)) {
                awaited = Math.min(awaited, number);
                left = await(progress, left);
            }
            behind |= done < number;
        } finally {
            lock.unlock();
        }
    }

    /** An interrupt of one of the pool's threads is nobody's; see {@link PoolThread#forgetInterrupt}. */
    @SuppressWarnings("WaitNotInLoop") // the callers are the loops
    private static long await(Condition condition, long nanos) {
        long deadline = System.nanoTime() + nanos;
        try {
            return condition.awaitNanos(nanos);
        } catch (InterruptedException e) {
            return deadline - System.nanoTime();
        }
    }

    private void run() {
        Entry entry = null;
        while ((entry = next(entry)) != null) {
            replay.replay(entry);
            PoolThread.forgetInterrupt(); // an appender may have left one behind
            if (isDropToBeTold()) {
                tellOfDrops();
            }
            tellListeners(false);
        }
        tellListeners(true);
    }

    private void tellOfDrops() {
        try {
            LOG.warn(
                    "Pool '{}' drops log records of its workers, because the loggers here take them more slowly than"
                            + " the workers log. Its statistics count the dropped ones; this is not said again.",
                    settings.name());
        } catch (RuntimeException | Error e) {
            // The same loggers again; this thread has the other records to replay.
        }
    }

    /** Waits for the next record; null when this thread is to end. */
    private @Nullable Entry next(@Nullable Entry finished) {
        lock.lock();
        try {
            if (finished != null) {
                finish(finished);
            }
            while (entries.isEmpty() && !stopped) {
                work.awaitUninterruptibly();
            }
            if (entries.isEmpty()) {
                thread = null;
            }
            return entries.poll();
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only
    private void finish(Entry entry) {
        done++;
        tally.replayed(entry.event());
        bytes -= entry.bytes();
        if (entries.isEmpty()) {
            behind = false;
        }
        if (done >= awaited) {
            awaited = Long.MAX_VALUE;
            progress.signalAll();
        }
        // Not for every single record: those who wait would do nothing but wake up.
        if (waitingForRoom > 0 && bytes <= MAX_BYTES / 2) {
            room.signalAll();
        }
    }

    private boolean isDropToBeTold() {
        if (dropped == 0 || dropToldOf) {
            return false;
        }
        dropToldOf = true; // of this thread, one at a time
        return true;
    }
}

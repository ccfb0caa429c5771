package org.poolmanager;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Holds waiting tasks back because somebody has asked for it. Guarded by the pool's lock. */
final class Pause {

    /** A child answers a recall in microseconds; one that is stopped never does. */
    private static final Duration RECALL_LIMIT = Duration.ofSeconds(1);

    private final Life life;

    private final Board board;

    /** Also while the pool is broken, whose state does not tell. */
    private boolean wanted;

    Pause(Life life, Board board) {
        this.life = life;
        this.board = board;
    }

    /** A new run of the pool begins. */
    void reset() {
        wanted = false;
    }

    PoolState stateWhenMended() {
        return wanted ? PoolState.PAUSED : PoolState.RUNNING;
    }

    /** Lets nothing begin any more. */
    void begin() {
        life.lock.lock();
        try {
            life.checkWorks("paused");
            wanted = true;
            moveTo(PoolState.PAUSED);
            callBack();
        } finally {
            board.release();
        }
    }

    void end() {
        life.lock.lock();
        try {
            life.checkWorks("resumed");
            wanted = false;
            moveTo(PoolState.RUNNING);
        } finally {
            board.release();
        }
    }

    private void moveTo(PoolState next) {
        if (life.state() != next) {
            board.move(next, null);
        }
    }

    /** Has workers give back what they have not begun, and waits until they have. */
    private void callBack() {
        Map<Slot, Long> asked = new LinkedHashMap<>();
        for (Slot slot : board.slots()) {
            if (holdsUnbegun(slot)) {
                board.recall(slot);
                asked.put(slot, slot.recallsSent);
            }
        }
        if (!asked.isEmpty() && !PoolThread.isOf(life)) {
            board.passOn();
            board.cancellation().awaitWhile(RECALL_LIMIT.toNanos(), () -> isAwaited(asked));
        }
    }

    private static boolean holdsUnbegun(Slot slot) {
        int held = slot.inFlight.size();
        return slot.worker != null && slot.isLive() && slot.begunInFlight(slot.worker.begun()) < held;
    }

    /** A worker that has been ended meanwhile begins nothing either. */
    private static boolean isAwaited(Map<Slot, Long> asked) {
        return asked.entrySet().stream().anyMatch(entry -> {
            Slot slot = entry.getKey();
            return slot.isLive() && slot.isRecalling() && slot.recallsAnswered < entry.getValue();
        });
    }
}

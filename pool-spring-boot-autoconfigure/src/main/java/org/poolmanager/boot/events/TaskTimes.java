package org.poolmanager.boot.events;

import org.poolmanager.PoolEvent;
import org.poolmanager.PoolListener;

/** Times the tasks of one pool. */
final class TaskTimes implements PoolListener {

    private final RecentTimes waited = new RecentTimes(System::nanoTime);

    private final RecentTimes ran = new RecentTimes(System::nanoTime);

    @Override
    public void onEvent(PoolEvent event) {
        if (event instanceof PoolEvent.TaskFinished finished) {
            waited.add(finished.waited());
            if (finished.worker() >= 0) {
                ran.add(finished.ran());
            }
        }
    }

    PoolTiming timing() {
        return new PoolTiming(RecentTimes.WINDOW, waited.percentiles(), ran.percentiles());
    }
}

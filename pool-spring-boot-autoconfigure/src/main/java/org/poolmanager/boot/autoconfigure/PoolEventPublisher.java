package org.poolmanager.boot.autoconfigure;

import org.poolmanager.PoolEvent;
import org.poolmanager.PoolListener;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Makes what happens to pools and workers an event of the application. What happens to single tasks is left out: there
 * may be hundreds of thousands per second, and each would look for its listeners.
 */
final class PoolEventPublisher implements PoolListener {

    private final ApplicationEventPublisher publisher;

    PoolEventPublisher(ApplicationEventPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void onEvent(PoolEvent event) {
        boolean isFrequent = event instanceof PoolEvent.TaskFinished
                || event instanceof PoolEvent.TaskRejected
                || event instanceof PoolEvent.TaskRetried;
        if (!isFrequent) {
            publisher.publishEvent(event);
        }
    }
}

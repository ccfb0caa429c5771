package org.poolmanager.boot;

/**
 * Hears of each pool bean once, the user's own included, after it was created and before the context starts it. A pool
 * that the user's own code starts earlier is running by then.
 */
@FunctionalInterface
public interface PoolRegistrationListener {

    /**
     * A pool bean exists.
     *
     * @param registration the pool and its name
     */
    void poolRegistered(PoolRegistration registration);
}

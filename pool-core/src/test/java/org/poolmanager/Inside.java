package org.poolmanager;

/** What tests reach that users cannot. */
final class Inside {

    private Inside() {}

    static Engine engine(PoolManager<?, ?> pool) throws ReflectiveOperationException {
        var field = PoolManager.class.getDeclaredField("engine");
        field.setAccessible(true);
        return (Engine) field.get(pool);
    }
}

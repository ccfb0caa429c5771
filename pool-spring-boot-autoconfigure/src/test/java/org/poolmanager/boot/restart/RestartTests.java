package org.poolmanager.boot.restart;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RestartTests {

    private static final long MAX_GROWTH = 20 << 20;

    @Test
    @DisplayName(
            "S03: an application that is restarted with new classes gets new workers, and results of its own classes")
    void thrice() throws Exception {
        restart(3);
    }

    @Test
    @Tag("soak")
    @DisplayName("S03: twenty restarts leave no process and no classes behind")
    void twentyTimes() throws Exception {
        restart(20);
    }

    private static void restart(int times) throws Exception {
        Set<Long> pids = new HashSet<>();
        long before = 0;
        for (int i = 0; i < times; i++) {
            List<Long> workers = run();
            assertThat(workers).hasSize(2);
            assertThat(pids).doesNotContainAnyElementsOf(workers);
            pids.addAll(workers);
            assertThat(workers)
                    .allSatisfy(pid -> assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive))
                            .isEmpty());
            if (i == 0) {
                before = metaspace();
            }
        }
        assertThat(metaspace() - before).isLessThan(MAX_GROWTH);
    }

    @SuppressWarnings("unchecked") // it is called by reflection, and returns that
    private static List<Long> run() throws Exception {
        URL here = RestartTests.class.getProtectionDomain().getCodeSource().getLocation();
        ClassLoader previous = Thread.currentThread().getContextClassLoader();
        try (RestartLoader loader = new RestartLoader(here)) {
            Thread.currentThread().setContextClassLoader(loader);
            Class<?> application = loader.loadClass(RestartedApplication.class.getName());
            assertThat(application).isNotEqualTo(RestartedApplication.class);
            return ((Callable<List<Long>>) application.getConstructor().newInstance()).call();
        } finally {
            Thread.currentThread().setContextClassLoader(previous);
        }
    }

    private static long metaspace() {
        System.gc();
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .map(MemoryPoolMXBean::getUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }

    /** Loads the application's classes itself, and all others where they are. */
    private static final class RestartLoader extends URLClassLoader {

        RestartLoader(URL classes) {
            super(new URL[] {classes}, RestartTests.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                return name.startsWith(RestartTests.class.getPackageName())
                        ? findClass(name)
                        : super.loadClass(name, resolve);
            }
        }
    }
}

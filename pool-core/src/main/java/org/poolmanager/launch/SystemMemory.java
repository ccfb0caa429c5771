package org.poolmanager.launch;

import java.lang.management.ManagementFactory;

/** How much memory there is. */
final class SystemMemory {

    private SystemMemory() {}

    /** Of the container, if this JVM runs in one, else of the machine; -1 if this JVM does not say. */
    static long total() {
        boolean known = ModuleLayer.boot().findModule("jdk.management").isPresent();
        return known ? Known.total() : -1;
    }

    /** Loaded only where the management classes are. By name, because not every JDK must have this one. */
    private static final class Known {

        static long total() {
            try {
                Object size = Class.forName("com.sun.management.OperatingSystemMXBean")
                        .getMethod("getTotalMemorySize")
                        .invoke(ManagementFactory.getOperatingSystemMXBean());
                return (Long) size;
            } catch (ReflectiveOperationException | IllegalArgumentException e) {
                return -1;
            }
        }
    }
}

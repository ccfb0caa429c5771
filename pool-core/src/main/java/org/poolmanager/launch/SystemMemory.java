package org.poolmanager.launch;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How much memory there is. */
final class SystemMemory {

    private SystemMemory() {}

    /** Of the container, if this JVM runs in one, else of the machine; -1 if this JVM has no module that knows. */
    static long total() {
        boolean known = ModuleLayer.boot().findModule("jdk.management").isPresent();
        return known ? Known.total() : -1;
    }

    /** Loaded only where it can be. */
    private static final class Known {

        static long total() {
            return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                    ? system.getTotalMemorySize()
                    : -1;
        }
    }
}

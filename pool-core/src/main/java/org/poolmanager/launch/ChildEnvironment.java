package org.poolmanager.launch;

import java.util.Map;
import java.util.Set;

/** The environment variables of a child. */
final class ChildEnvironment {

    /** A JVM reads these by itself: an agent or a heap size meant for the parent would hit every child as well. */
    private static final Set<String> READ_BY_JVM =
            Set.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "JDK_AOT_VM_OPTIONS", "CLASSPATH");

    private static final String READ_BY_BOOT_LAUNCHER = "LOADER_";

    private ChildEnvironment() {}

    /** Turns the environment of the parent into that of the child. */
    static void apply(Map<String, String> environment, Map<String, String> chosen) {
        environment.keySet().removeIf(name -> READ_BY_JVM.contains(name) || name.startsWith(READ_BY_BOOT_LAUNCHER));
        environment.putAll(chosen);
    }
}

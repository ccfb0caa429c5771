package org.poolmanager.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * What the manifest of the jar that this JVM was started with ({@code java -jar}) opens to the class path. A child has
 * another main class, so that its JVM reads no such manifest, and needs it as options.
 */
final class ManifestAccess {

    /** Before it, the JVM ignores what a manifest says of native code. */
    private static final int NATIVE_ACCESS_SINCE = 22;

    private ManifestAccess() {}

    static List<String> ofThisJvm() {
        String classPath = System.getProperty("java.class.path", "");
        String command = System.getProperty("sun.java.command", "");
        boolean runsJar = !classPath.isEmpty() && (command + " ").startsWith(classPath + " ");
        return runsJar ? of(Path.of(classPath), Runtime.version().feature()) : List.of();
    }

    static List<String> of(Path jar, int feature) {
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            Manifest manifest = file.getManifest();
            return manifest == null ? List.of() : options(manifest.getMainAttributes(), feature);
        } catch (IOException e) {
            return List.of(); // it has been replaced since; what a task misses then, its error says
        }
    }

    private static List<String> options(Attributes attributes, int feature) {
        List<String> options = new ArrayList<>();
        for (String name : packages(attributes.getValue("Add-Exports"))) {
            options.add("--add-exports=" + name + "=ALL-UNNAMED");
        }
        for (String name : packages(attributes.getValue("Add-Opens"))) {
            options.add("--add-opens=" + name + "=ALL-UNNAMED");
        }
        if (feature >= NATIVE_ACCESS_SINCE && attributes.getValue("Enable-Native-Access") != null) {
            options.add("--enable-native-access=ALL-UNNAMED");
        }
        return options;
    }

    /** What else may stand there a JVM passes over in a manifest, and does not start with as an option. */
    private static List<String> packages(@Nullable String value) {
        return value == null
                ? List.of()
                : Arrays.stream(value.split("\\s+"))
                        .filter(ManifestAccess::isPackage)
                        .toList();
    }

    private static boolean isPackage(String name) {
        String[] parts = name.split("/", -1);
        return parts.length == 2
                && ModuleLayer.boot()
                        .findModule(parts[0])
                        .filter(module -> module.getPackages().contains(parts[1]))
                        .isPresent();
    }
}

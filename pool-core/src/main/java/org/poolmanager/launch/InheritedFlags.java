package org.poolmanager.launch;

import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The JVM options of the parent that its children need as well, whether its command line or the manifest of its jar has
 * them. An allow-list: copied debug agents, management ports, log files, archives and heap sizes clash or add up.
 */
final class InheritedFlags {

    private static final Pattern ALLOWED = Pattern.compile(
            "--(add-opens|add-exports|enable-native-access)=.*"
                    + "|--add-modules=.*|--enable-preview"
                    + "|-(ea|esa|da|dsa|enableassertions|disableassertions|enablesystemassertions|disablesystemassertions)(:.*)?"
                    + "|-D(file\\.encoding|user\\.(timezone|language|country|script|variant)(\\.\\w+)?"
                    + "|java\\.locale\\.\\w+|java\\.io\\.tmpdir|java\\.library\\.path|java\\.awt\\.headless"
                    + "|(https?|ftp)\\.proxy\\w+|(http|ftp|socks)\\.?[nN]onProxyHosts|socksProxy\\w+|java\\.net\\.[^=]+"
                    + "|javax\\.net\\.ssl\\.[^=]+|java\\.security\\.[^=]+|jdk\\.tls\\.[^=]+|jdk\\.security\\.[^=]+)=.*",
            Pattern.DOTALL);

    private static final String ADD_MODULES = "--add-modules=";
    private static final Pattern ACCESS_TO_PACKAGE = Pattern.compile("(--add-(?:opens|exports)=([^/]+)/[^=]+=).*");
    private static final String NATIVE_ACCESS = "--enable-native-access=";
    private static final String CLASS_PATH_MODULE = "ALL-UNNAMED";

    private InheritedFlags() {}

    /** Those of the manifest alone when the parent runs without the module {@code java.management}, which knows the rest. */
    static List<String> ofThisJvm() {
        return ThisJvm.FLAGS;
    }

    static List<String> allowed(List<String> parentArguments) {
        return parentArguments.stream()
                .filter(argument -> ALLOWED.matcher(argument).matches())
                .map(InheritedFlags::forAClassPath)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Modules from the parent's module path are on the class path of the child, and unknown to it by their names. */
    private static Optional<String> forAClassPath(String argument) {
        if (argument.startsWith(ADD_MODULES)) {
            String[] names = argument.substring(ADD_MODULES.length()).split(",");
            String known = Arrays.stream(names).filter(InheritedFlags::isKnown).collect(Collectors.joining(","));
            return known.isEmpty() ? Optional.empty() : Optional.of(ADD_MODULES + known);
        }
        if (argument.startsWith(NATIVE_ACCESS)) {
            return Optional.of(NATIVE_ACCESS + CLASS_PATH_MODULE);
        }
        Matcher access = ACCESS_TO_PACKAGE.matcher(argument);
        if (access.matches()) {
            return isKnown(access.group(2)) ? Optional.of(access.group(1) + CLASS_PATH_MODULE) : Optional.empty();
        }
        return Optional.of(argument);
    }

    private static boolean isKnown(String module) {
        return module.startsWith("ALL-") || ModuleFinder.ofSystem().find(module).isPresent();
    }

    /** Asked once, and only when a child starts: the first use of the management classes is not cheap. */
    private static final class ThisJvm {

        static final List<String> FLAGS =
                allowed(Stream.concat(ManifestAccess.ofThisJvm().stream(), arguments().stream())
                        .toList());

        private static List<String> arguments() {
            boolean known = ModuleLayer.boot().findModule("java.management").isPresent();
            return known ? ManagementFactory.getRuntimeMXBean().getInputArguments() : List.of();
        }
    }
}

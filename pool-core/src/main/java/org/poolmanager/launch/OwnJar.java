package org.poolmanager.launch;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import java.util.jar.JarFile;

/**
 * The jar of this library, if it is a jar, and nothing else is in it. An application that has been packed into one jar
 * together with its libraries has classes and resources there whose place on the class path matters.
 */
final class OwnJar {

    private static final Optional<Path> FOUND = Optional.ofNullable(
                    OwnJar.class.getProtectionDomain().getCodeSource())
            .map(CodeSource::getLocation)
            .map(URL::toString)
            .filter(location -> location.startsWith("file:"))
            .map(LoaderWalk::fileOf)
            .map(Path::normalize)
            .filter(Files::isRegularFile)
            .filter(OwnJar::holdsNothingElse);

    private OwnJar() {}

    static Optional<Path> find() {
        return FOUND;
    }

    static boolean holdsNothingElse(Path jar) {
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            return file.stream().allMatch(entry -> isOurs(entry.getName()));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isOurs(String entry) {
        return entry.equals("org/") || entry.startsWith("org/poolmanager/") || entry.startsWith("META-INF/");
    }
}

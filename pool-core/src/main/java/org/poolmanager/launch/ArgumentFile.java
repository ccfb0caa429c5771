package org.poolmanager.launch;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A file of arguments for the {@code java} command: no limit on their length, and not to be seen by other users. */
final class ArgumentFile {

    private ArgumentFile() {}

    /**
     * Writes a new file with an unpredictable name, readable only by its owner.
     *
     * @throws LaunchException if it cannot be written; nothing is left behind
     */
    static Path write(Path directory, List<String> arguments) {
        String content = arguments.stream().map(ArgumentFile::quoted).collect(Collectors.joining("\n", "", "\n"));
        try {
            Path file = Files.createTempFile(directory.toAbsolutePath(), "launch-", ".args");
            try {
                Files.writeString(file, content, platformEncoding());
                return file;
            } catch (IOException e) {
                delete(file);
                throw e;
            }
        } catch (CharacterCodingException e) {
            throw new LaunchException(
                    "The class path or the JVM options contain characters that the platform encoding "
                            + platformEncoding()
                            + " cannot express. Run the parent under a UTF-8 locale (LC_ALL=C.UTF-8).",
                    e);
        } catch (IOException e) {
            throw new LaunchException(
                    "Cannot write the argument file of a child JVM in " + directory + ": " + e
                            + ". Make room there, or set java.io.tmpdir to a writable directory",
                    e);
        }
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // It lies in a directory that is removed as a whole later.
        }
    }

    static String quoted(String argument) {
        StringBuilder quoted = new StringBuilder(argument.length() + 2).append('"');
        for (int i = 0; i < argument.length(); i++) {
            char c = argument.charAt(i);
            switch (c) {
                case '\\', '"' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\f' -> quoted.append("\\f");
                default -> quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** The launcher takes the bytes as they are, as it does with the command line. */
    private static Charset platformEncoding() {
        return Charset.forName(
                System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name()));
    }
}

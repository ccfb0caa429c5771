package org.poolmanager.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DocumentedTestsTests {

    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+(?:Tests|IT))\\.(\\w+)`");

    @Test
    @DisplayName("Every test that docs/spring.md names is there")
    void namedTestsExist() throws IOException {
        List<MatchResult> named = NAMED.matcher(Files.readString(Path.of("..", "docs", "spring.md")))
                .results()
                .toList();
        assertThat(named)
                .hasSizeGreaterThan(30)
                .allSatisfy(test ->
                        assertThat(source(test.group(1))).as(test.group()).contains("void " + test.group(2) + "("));
    }

    private static String source(String test) {
        return Stream.of(Path.of("src", "test"), Path.of("..", "sample-app", "src", "test"))
                .flatMap(DocumentedTestsTests::files)
                .filter(file -> file.endsWith(test + ".java"))
                .map(DocumentedTestsTests::read)
                .findFirst()
                .orElse("");
    }

    private static Stream<Path> files(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.toList().stream();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}

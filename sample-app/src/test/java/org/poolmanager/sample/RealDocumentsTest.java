package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Documents that nobody here wrote, if there is a folder of them: {@code -Dsample.documents=folder}. */
@SampleTest
@EnabledIfSystemProperty(named = "sample.documents", matches = ".+", disabledReason = "no folder of real documents")
class RealDocumentsTest {

    private static final List<String> BLAMED_ON_THE_DOCUMENT = List.of("ENCRYPTED", "DAMAGED", "UNKNOWN_TYPE", "EMPTY");

    @Test
    void realDocumentsAreReadOrSayWhyNot(@LocalServerPort int port) throws IOException {
        Map<String, byte[]> documents = new HashMap<>();
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("sample.documents")))) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                documents.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        Client client = new Client(port);
        Map<String, JsonNode> results = client.results(client.upload(documents));
        assertThat(results).hasSameSizeAs(documents);
        results.forEach((name, document) -> {
            String problem = document.at("/reason/problem").asString("");
            assertThat(problem)
                    .as(name)
                    .isIn(document.get("state").asString().equals("DONE") ? List.of("") : BLAMED_ON_THE_DOCUMENT);
        });
    }
}

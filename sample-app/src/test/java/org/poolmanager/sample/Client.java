package org.poolmanager.sample;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The application as its users see it. */
final class Client {

    static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final JsonMapper JSON = new JsonMapper();

    private final RestClient http;

    Client(int port) {
        // Refusals are answers here, not exceptions.
        http = RestClient.builder()
                .baseUrl("http://127.0.0.1:" + port)
                .defaultStatusHandler(status -> true, (request, response) -> {})
                .build();
    }

    ResponseEntity<byte[]> get(String path) {
        return http.get().uri(path).retrieve().toEntity(byte[].class);
    }

    JsonNode json(String path) {
        return JSON.readTree(get(path).getBody());
    }

    ResponseEntity<byte[]> post(String path) {
        return http.post().uri(path).retrieve().toEntity(byte[].class);
    }

    ResponseEntity<byte[]> upload(Map<String, byte[]> documents) {
        MultiValueMap<String, Object> parts = new LinkedMultiValueMap<>();
        documents.forEach((name, content) -> parts.add("files", new Named(name, content)));
        return http.post()
                .uri("/documents")
                .contentType(MediaType.MULTIPART_FORM_DATA)
                .body(parts)
                .retrieve()
                .toEntity(byte[].class);
    }

    static JsonNode json(ResponseEntity<byte[]> answer) {
        return JSON.readTree(answer.getBody());
    }

    /** Waits until every document of the batch is finished, and returns them by name. */
    Map<String, JsonNode> results(ResponseEntity<byte[]> receipt) {
        String batch = json(receipt).get("batch").asString();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> json("/batches/" + batch),
                        counts -> counts.get("done").asInt()
                                        + counts.get("failed").asInt()
                                == counts.get("total").asInt());
        Map<String, JsonNode> documents = new LinkedHashMap<>();
        json("/documents?batch=" + batch)
                .forEach(document -> documents.put(document.get("name").asString(), document));
        return documents;
    }

    JsonNode result(String name, byte[] content) {
        return results(upload(Map.of(name, content))).get(name);
    }

    Stream<JsonNode> workers(String pool) {
        return json("/actuator/pools/" + pool).get("workers").valueStream();
    }

    private static final class Named extends ByteArrayResource {

        private final String name;

        Named(String name, byte[] content) {
            super(content);
            this.name = name;
        }

        @Override
        public String getFilename() {
            return name;
        }
    }
}

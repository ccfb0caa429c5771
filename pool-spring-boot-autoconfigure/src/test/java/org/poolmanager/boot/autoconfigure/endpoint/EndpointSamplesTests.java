package org.poolmanager.boot.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.PoolManager;
import org.poolmanager.PoolStats;
import org.poolmanager.boot.events.PoolHistories;
import org.poolmanager.boot.events.PoolRecord.Type;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The answers in the documentation are those of a running application: field by field, and value by value where a value does
 * not depend on time and machine. Run with {@code -Ddocs.update=true} to write those of docs/endpoint.md anew.
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "poolmanager.pools.pages.worker=org.poolmanager.boot.workers.Pages",
            "poolmanager.pools.pages.size=1",
            "poolmanager.pools.pages.max-size=4",
            "poolmanager.pools.pages.queue-size=8",
            "poolmanager.pools.pages.prefetch=1",
            "poolmanager.pools.pages.task-timeout=2m",
            "poolmanager.pools.pages.quarantine.after=1",
            "poolmanager.pools.pages.loggers=com.acme.pages",
            "poolmanager.pools.pages.jvm.args=-Xmx64m",
            "poolmanager.pools.pages.jvm.env.TZ=UTC",
            "poolmanager.pools.squares.worker=org.poolmanager.boot.workers.Square",
            "poolmanager.pools.squares.isolation=thread",
            "poolmanager.pools.squares.size=2",
            "management.endpoint.pools.access=unrestricted",
            "management.endpoints.web.exposure.include=pools"
        })
class EndpointSamplesTests {

    private static final Path FILE = Path.of("..", "docs", "endpoint.md");

    private static final Path README = Path.of("..", "README.md");

    /** A request, the status of its answer, and the answer. */
    private static final Pattern SAMPLE = Pattern.compile(
            "<!-- Made by EndpointSamplesTests: (GET|POST|DELETE) (\\S+)(?: (\\{[^}]*}))? gives (\\d+) -->\n```json\n(.*?)```\n",
            Pattern.DOTALL);

    private static final Set<String> TIMES = Set.of("since", "at", "timestamp", "startedAt", "crashes");

    private static final Set<String> DURATIONS =
            Set.of("startTime", "elapsed", "cpuTime", "oldest", "p50", "p95", "p99", "max");

    private static final Set<String> NUMBERS = Set.of("pid", "memory", "oneMinute", "fiveMinutes");

    /** So much fits into a line of a sample. */
    private static final int WIDTH = 120;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final JsonMapper JSON = new JsonMapper();

    @LocalServerPort
    private int port;

    @Autowired
    private PoolManager<String, byte[]> pages;

    @Autowired
    private PoolHistories histories;

    private RestTestClient client;

    @BeforeEach
    void connect() {
        client = RestTestClient.bindToServer()
                .baseUrl("http://localhost:" + port)
                .build();
    }

    @Test
    @DisplayName("5.3-5.6: the answers in docs/endpoint.md are real ones")
    void samples() throws IOException, InterruptedException {
        String text = Files.readString(FILE);
        List<MatchResult> samples = SAMPLE.matcher(text).results().toList();
        assertThat(samples).as("samples").hasSizeGreaterThanOrEqualTo(8);
        CompletableFuture<byte[]> endless = work();
        try {
            StringBuilder updated = new StringBuilder();
            int end = 0;
            for (MatchResult sample : samples) {
                JsonNode answer = answer(sample);
                if (Boolean.getBoolean("docs.update")) {
                    updated.append(text, end, sample.start(5))
                            .append(print(answer, ""))
                            .append('\n');
                } else {
                    assertThat(shape("", JSON.readTree(sample.group(5))))
                            .as("%s %s: run this test with -Ddocs.update=true, and commit docs/endpoint.md"
                                    .formatted(sample.group(1), sample.group(2)))
                            .isEqualTo(shape("", answer));
                }
                end = sample.end(5);
            }
            if (Boolean.getBoolean("docs.update")) {
                Files.writeString(FILE, updated.append(text, end, text.length()));
            }
        } finally {
            endless.cancel(true);
        }
    }

    @Test
    @DisplayName("5.3: the list in the README has the fields of a real one")
    void readme() throws IOException {
        Matcher list =
                Pattern.compile("```\n(\\{\"pools\":.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
        assertThat(list.find()).isTrue();
        assertThat(types(JSON.readTree(list.group(1)).path("pools").path("extract")))
                .isEqualTo(types(
                        send("GET", "/actuator/pools", null, 200).path("pools").path("squares")));
    }

    /** Three tasks have ended well, one has killed its worker, one runs, and one waits. Returns the one that runs. */
    private CompletableFuture<byte[]> work() throws InterruptedException {
        pages.map(List.of("a", "b", "c"));
        assertThat(pages.mapOutcomes(List.of("broken")).get(0).isCompleted()).isFalse();
        EnumSet<Type> known =
                EnumSet.of(Type.POOL_STARTED, Type.WORKER_EXITED, Type.TASK_CRASHED, Type.TASK_QUARANTINED);
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> pages.stats().workers().idle() == 1
                        && histories.last("pages", Type.WORKER_STARTED, 9).size() == 2
                        && known.stream()
                                .noneMatch(
                                        type -> histories.last("pages", type, 9).isEmpty()));
        CompletableFuture<byte[]> endless = pages.submit("endless");
        CompletableFuture<byte[]> waiting = pages.submit("d");
        Awaitility.await().atMost(LIMIT).until(() -> {
            PoolStats stats = pages.stats();
            return stats.workerList().get(0).task() != null && stats.queue().oldest() != null;
        });
        // The task may have been handed out and not have begun.
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(send("GET", "/actuator/pools/pages/workers/1", null, 200)
                                .path("stack"))
                        .anyMatch(frame -> frame.asString().contains("Pages.run")));
        assertThat(waiting).isNotDone();
        return endless;
    }

    /** A worker has a second to say where it is, which on a busy machine may be too little. */
    private JsonNode answer(MatchResult sample) {
        AtomicReference<JsonNode> answer = new AtomicReference<>();
        if (sample.group(2).contains("/workers/") && sample.group(1).equals("GET")) {
            Awaitility.await().atMost(LIMIT).untilAsserted(() -> answer.set(send(sample)));
        } else {
            answer.set(send(sample));
        }
        return answer.get();
    }

    private JsonNode send(MatchResult sample) {
        return send(sample.group(1), sample.group(2), sample.group(3), Integer.parseInt(sample.group(4)));
    }

    private JsonNode send(String method, String path, String body, int status) {
        var request = client.method(HttpMethod.valueOf(method)).uri(path).contentType(MediaType.APPLICATION_JSON);
        return JSON.readTree((body == null ? request : request.body(body))
                .exchange()
                .expectStatus()
                .isEqualTo(status)
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
    }

    /** What is the same whenever and wherever the answer is given. */
    private static Object shape(String field, JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            node.properties().forEach(entry -> fields.put(entry.getKey(), shape(entry.getKey(), entry.getValue())));
            return fields.toString(); // with the order
        }
        if (node.isArray()) {
            List<Object> elements = new ArrayList<>();
            node.forEach(element -> elements.add(shape(field, element)));
            if (field.equals("events")) {
                // Those of one moment come in any order.
                elements.sort(Comparator.comparing(Object::toString));
            }
            return field.equals("stack") ? Set.copyOf(elements) : elements;
        }
        String text = node.asString();
        if (TIMES.contains(field)) {
            assertThat(text).as(field).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
            return "a time";
        }
        if (DURATIONS.contains(field)) {
            assertThat(text).as(field).matches("PT[\\d.HMS]+");
            return "a duration";
        }
        if (NUMBERS.contains(field)) {
            assertThat(node.isNumber()).as(field).isTrue();
            return "a number";
        }
        if (field.equals("stack")) {
            assertThat(text).matches(".+\\(.+\\)");
            return "a call";
        }
        return node.getNodeType() + " " + (field.equals("message") ? text.replaceAll("[\\d.,]+( m?s)?", "#") : text);
    }

    private static Object types(JsonNode node) {
        return node.isObject()
                ? node.properties().stream()
                        .map(entry -> entry.getKey() + types(entry.getValue()))
                        .toList()
                : node.getNodeType();
    }

    private static String print(JsonNode node, String indent) {
        String line = inLine(node);
        if (node.isValueNode() || node.isEmpty() || indent.length() + line.length() <= WIDTH) {
            return line;
        }
        String more = indent + "  ";
        String between = ",\n" + more;
        return node.isObject()
                ? node.properties().stream()
                        .map(entry -> name(entry.getKey()) + print(entry.getValue(), more))
                        .collect(Collectors.joining(between, "{\n" + more, "\n" + indent + "}"))
                : node.valueStream()
                        .map(element -> print(element, more))
                        .collect(Collectors.joining(between, "[\n" + more, "\n" + indent + "]"));
    }

    private static String inLine(JsonNode node) {
        if (node.isObject()) {
            return node.properties().stream()
                    .map(entry -> name(entry.getKey()) + inLine(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return node.isArray()
                ? node.valueStream().map(EndpointSamplesTests::inLine).collect(Collectors.joining(", ", "[", "]"))
                : node.toString();
    }

    private static String name(String field) {
        return "\"" + field + "\": ";
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}
}

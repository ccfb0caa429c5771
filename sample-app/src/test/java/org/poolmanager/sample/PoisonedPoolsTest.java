package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.JsonNode;

/** What isolation is for. What a worker says that ran out of memory, which takes its time, is in {@link ExhaustedMemoryTest}. */
@SampleTest
class PoisonedPoolsTest {

    private static final Duration LONG = Duration.ofSeconds(2);

    private Client client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        client = new Client(port);
    }

    @AfterEach
    void poolsHaveAllTheirWorkersAgain() {
        await().atMost(Client.PATIENCE).untilAsserted(() -> {
            for (String pool : new String[] {"extract", "preview"}) {
                assertThat(client.workers(pool)
                                .map(worker -> worker.get("state").asString()))
                        .containsExactly("IDLE", "IDLE");
            }
        });
        assertThat(client.json("/actuator/health").get("status").asString()).isEqualTo("UP");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "endless | endless.pdf | TIMED_OUT     | task-timeout is 10.0 s",
                "halt    | halt.halt   | CRASHED       | exited with value 13"
            })
    void poisonSaysHowItKilled(String kind, String name, Problem problem, String words) {
        JsonNode document = client.results(client.post("/poison/" + kind)).get(name);
        assertThat(document.get("state").asString()).isEqualTo("FAILED");
        assertThat(document.at("/reason/problem").asString()).isEqualTo(problem.name());
        assertThat(document.at("/reason/text").asString()).contains(words);
    }

    @Test
    void poisonAmongGoodOnesCostsExactlyItself() {
        Map<String, JsonNode> results = client.results(client.post("/poison/mixed?good=40"));
        assertThat(results).hasSize(43);
        results.forEach((name, document) -> assertThat(document.get("state").asString())
                .as(document.toPrettyString())
                .isEqualTo(name.startsWith("good-") ? "DONE" : "FAILED"));
    }

    @Test
    void killedWorkerCostsExactlyItsDocument() throws Exception {
        Map<String, byte[]> documents = new LinkedHashMap<>();
        documents.put("victim.pdf", Poison.ENDLESS.content());
        for (int i = 1; i <= 20; i++) {
            documents.put("good-" + i + ".pdf", GoodDocument.pdf(i));
        }
        ResponseEntity<byte[]> receipt = client.upload(documents);
        long pid = await().atMost(Client.PATIENCE)
                .until(this::workerThatIsStuck, Optional::isPresent)
                .orElseThrow();
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();

        Map<String, JsonNode> results = client.results(receipt);
        JsonNode victim = results.remove("victim.pdf");
        assertThat(victim.at("/reason/problem").asString()).isEqualTo(Problem.CRASHED.name());
        assertThat(victim.at("/reason/text").asString()).contains("pid " + pid).contains("SIGKILL");
        assertThat(results)
                .hasSize(20)
                .allSatisfy((name, document) ->
                        assertThat(document.get("state").asString()).isEqualTo("DONE"));
    }

    /** On a busy machine a good document may take its time too, but came later. */
    private Optional<Long> workerThatIsStuck() {
        return client.workers("extract")
                .filter(worker -> worker.has("task"))
                .max(Comparator.comparing(PoisonedPoolsTest::elapsed))
                .filter(worker -> elapsed(worker).compareTo(LONG) > 0)
                .map(worker -> worker.get("pid").asLong());
    }

    private static Duration elapsed(JsonNode worker) {
        return Duration.parse(worker.at("/task/elapsed").asString());
    }
}

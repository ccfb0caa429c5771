package org.poolmanager.boot.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.PoolManager;
import org.poolmanager.WorkerCrashedException;
import org.poolmanager.boot.events.PoolHistories;
import org.poolmanager.boot.events.PoolRecord;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A web application that shows all its endpoints, with their values. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "poolmanager.pools.mortal.worker=org.poolmanager.boot.workers.Mortal",
            "poolmanager.pools.mortal.size=1",
            "poolmanager.pools.mortal.loggers=com.acme.mortal",
            "management.endpoints.web.exposure.include=*",
            "management.endpoint.configprops.show-values=always",
            "management.endpoint.env.show-values=always",
            "management.endpoint.health.show-details=always",
            "management.endpoint.pools.show-values=always"
        })
class TokenOverHttpTests {

    private static final List<String> OF_THE_POOL =
            List.of("/pools/mortal", "/pools/mortal/workers", "/pools/mortal/workers/1", "/pools/mortal/events");

    @LocalServerPort
    private int port;

    @Autowired
    private PoolManager<Integer, Integer> mortal;

    @Autowired
    private PoolHistories histories;

    private RestTestClient client;

    @BeforeEach
    void connect() {
        client = RestTestClient.bindToServer()
                .baseUrl("http://localhost:" + port + "/actuator")
                .build();
    }

    @Test
    @DisplayName(
            "X02: the token is in no answer of Actuator, neither that of a running worker nor that of a crashed one")
    void x02TokenIsNowhere() throws InterruptedException {
        List<byte[]> tokens = new ArrayList<>(List.of(token()));
        crash();
        tokens.add(token());
        assertThat(tokens.get(1)).hasSize(32).isNotEqualTo(tokens.get(0));
        Map<String, String> answers = new HashMap<>();
        for (String path : paths()) {
            answers.put(path, answer(path));
        }
        assertThat(answers.keySet())
                .anyMatch(path -> path.endsWith("/pools"))
                .anyMatch(path -> path.endsWith("/env"))
                .anyMatch(path -> path.endsWith("/configprops"))
                .anyMatch(path -> path.endsWith("/loggers"));
        long pid = mortal.stats().workerList().get(0).pid();
        assertThat(answers.get("/pools/mortal"))
                .as("what is to be there is found")
                .contains(Long.toString(pid));
        List<String> hits = answers.keySet().stream()
                .filter(path -> tokens.stream().anyMatch(token -> holds(answers.get(path), token)))
                .toList();
        System.out.println("X02: " + hits.size() + " hits in " + answers.size() + " answers");
        assertThat(hits).isEmpty();
    }

    /** That of the running worker, which nobody is shown. */
    private byte[] token() {
        Object board = ReflectionTestUtils.invokeMethod(ReflectionTestUtils.getField(mortal, "engine"), "board");
        List<?> slots = ReflectionTestUtils.invokeMethod(board, "slots");
        return (byte[]) ReflectionTestUtils.getField(ReflectionTestUtils.getField(slots.get(0), "worker"), "token");
    }

    private void crash() throws InterruptedException {
        assertThat(mortal.mapOutcomes(List.of(-1)).get(0).failure()).isInstanceOf(WorkerCrashedException.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> mortal.stats().workers().live() == 1
                        && !histories
                                .last("mortal", PoolRecord.Type.TASK_CRASHED, 1)
                                .isEmpty());
    }

    /** All that can be asked for without a name, and what there is of the pool. */
    private List<String> paths() {
        List<String> paths = new ArrayList<>(OF_THE_POOL);
        for (JsonNode link : new JsonMapper().readTree(answer("")).get("_links")) {
            if (!link.get("templated").asBoolean()) {
                paths.add(link.get("href").asString());
            }
        }
        return paths;
    }

    private String answer(String path) {
        byte[] body = client.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(byte[].class)
                .returnResult()
                .getResponseBody();
        assertThat(body).as(path).isNotEmpty();
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    private static boolean holds(String answer, byte[] token) {
        return Set.of(
                        new String(token, StandardCharsets.ISO_8859_1),
                        HexFormat.of().formatHex(token),
                        Base64.getEncoder().withoutPadding().encodeToString(token),
                        Arrays.toString(token))
                .stream()
                .anyMatch(answer::contains);
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}
}

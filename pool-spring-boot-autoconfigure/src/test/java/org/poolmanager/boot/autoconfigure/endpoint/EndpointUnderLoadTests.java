package org.poolmanager.boot.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.poolmanager.PoolManager;
import org.poolmanager.WorkerCrashedException;
import org.poolmanager.boot.actuate.endpoint.PoolsEndpoint;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who watches a pool is answered at once, whatever the pool is busy with. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "poolmanager.pools.mortal.worker=org.poolmanager.boot.workers.Mortal",
            "poolmanager.pools.mortal.size=2",
            "poolmanager.pools.mortal.queue-size=200",
            "poolmanager.pools.mortal.loggers=com.acme.mortal",
            "logging.level.com.acme.mortal=info",
            "logging.level.root=error",
            "management.endpoint.health.show-details=always",
            "management.endpoints.web.exposure.include=pools,health,info"
        })
class EndpointUnderLoadTests {

    private static final int PER_SECOND = 50;

    private static final List<String> PATHS = List.of("pools", "pools/mortal", "health", "info", "pools/mortal/events");

    @LocalServerPort
    private int port;

    @Autowired
    private PoolManager<Integer, Integer> mortal;

    @Autowired
    private PoolsEndpoint endpoint;

    private final JsonMapper json = new JsonMapper();

    private final ExecutorService threads = Executors.newCachedThreadPool();

    private final HttpClient client = HttpClient.newHttpClient();

    private final AtomicLong crashes = new AtomicLong();

    private volatile boolean over;

    private static final Logger ROOT = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    private static Level levelBefore;

    @BeforeAll
    static void remember() {
        levelBefore = ROOT.getLevel();
    }

    /** The application of this test has changed it for the whole JVM. */
    @AfterAll
    static void giveBack() {
        ROOT.setLevel(levelBefore);
    }

    @AfterEach
    void end() {
        over = true;
        threads.shutdownNow();
    }

    @Test
    @DisplayName(
            "S05: 50 requests a second are answered while workers are busy, crash and are replaced: p99 < 200 ms, none fails")
    void tenSeconds() throws Exception {
        load(10);
    }

    @Test
    @Tag("soak")
    @DisplayName("S05: the same for a minute")
    void oneMinute() throws Exception {
        load(60);
    }

    private void load(int seconds) throws Exception {
        for (String path : PATHS) {
            request(path); // the first one starts the dispatcher and loads classes
        }
        List<Future<Long>> work =
                List.of(threads.submit(this::feed), threads.submit(this::feed), threads.submit(this::crash));
        Map<String, List<Future<Long>>> answers = new TreeMap<>();
        long begin = System.nanoTime();
        for (int i = 0; i < seconds * PER_SECOND || !isEnough(seconds, begin); i++) {
            parkUntil(begin + i * TimeUnit.SECONDS.toNanos(1) / PER_SECOND);
            String path = PATHS.get(i % PATHS.size());
            answers.computeIfAbsent(path.equals("info") ? "others" : "pools", kind -> new ArrayList<>())
                    .add(threads.submit(() -> timed(() -> request(path))));
            answers.computeIfAbsent("operations", kind -> new ArrayList<>())
                    .add(threads.submit(() -> timed(endpoint::pools)));
        }
        long pools = percentile99("pools", answers);
        long others = percentile99("others", answers);
        long operations = percentile99("operations", answers);
        over = true;
        long tasks = work.get(0).get(30, TimeUnit.SECONDS) + work.get(1).get(30, TimeUnit.SECONDS);
        assertThat(tasks).isGreaterThan(100L * seconds);
        assertThat(work.get(2).get(30, TimeUnit.SECONDS)).as("crashes").isGreaterThan(seconds / 5);
        assertThat(mortal.stats().restarts()).isGreaterThan(seconds / 5);
        // Where even an answer that knows nothing of pools is late, it is the machine that is.
        assertThat(pools).isLessThan(Math.max(TimeUnit.MILLISECONDS.toNanos(200), 2 * others));
        assertThat(operations).isLessThan(Math.max(TimeUnit.MILLISECONDS.toNanos(20), others));
    }

    /** On a busy machine, where children start slowly, it takes longer until there are crashes and replacements to look at. */
    private boolean isEnough(int seconds, long begin) {
        return (crashes.get() > seconds / 5
                        && mortal.stats().restarts() > seconds / 5
                        && mortal.stats().tasks().completed() > 100L * seconds)
                || System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(seconds + 50);
    }

    private static void parkUntil(long due) {
        while (System.nanoTime() < due) {
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    private static long percentile99(String kind, Map<String, List<Future<Long>>> answers) throws Exception {
        List<Long> times = new ArrayList<>();
        for (Future<Long> answer : answers.getOrDefault(kind, List.of())) {
            times.add(answer.get(30, TimeUnit.SECONDS));
        }
        Collections.sort(times);
        long percentile = times.get(times.size() * 99 / 100);
        System.out.printf(
                "S05 %s: p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
                kind, times.get(times.size() / 2) / 1e6, percentile / 1e6, times.get(times.size() - 1) / 1e6);
        return percentile;
    }

    private static long timed(Callable<?> what) throws Exception {
        long begin = System.nanoTime();
        what.call();
        return System.nanoTime() - begin;
    }

    private String request(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/" + path))
                .timeout(Duration.ofSeconds(20))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        if (path.equals("pools")) {
            assertAddsUp(response.body());
        }
        return response.body();
    }

    private void assertAddsUp(String answer) {
        JsonNode pool = json.readTree(answer).get("pools").get("mortal");
        JsonNode tasks = pool.get("tasks");
        long sum = Stream.of("completed", "failed", "timedOut", "crashed", "cancelled", "running")
                .mapToLong(what -> tasks.get(what).asLong())
                .sum();
        assertThat(tasks.get("submitted").asLong())
                .as(answer)
                .isEqualTo(sum + pool.get("queue").get("size").asLong());
    }

    private long feed() throws InterruptedException {
        long fed = 0;
        while (!over) {
            mortal.submit(1);
            fed++;
        }
        return fed;
    }

    private long crash() throws InterruptedException {
        while (!over) {
            CompletableFuture<Integer> last = mortal.submit(-1);
            try {
                last.get();
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(WorkerCrashedException.class);
                crashes.incrementAndGet();
            }
        }
        return crashes.get();
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}
}

package org.poolmanager.boot.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard and the alert rules in the documentation, against what Prometheus gets from an application. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "poolmanager.pools.square.worker=org.poolmanager.boot.workers.Square",
            "poolmanager.pools.square.isolation=thread",
            "poolmanager.pools.square.size=1",
            "management.endpoints.web.exposure.include=prometheus"
        })
class MonitoringFilesTests {

    private static final Path FILES = Path.of("..", "docs", "monitoring");

    private static final Pattern METRIC = Pattern.compile("\\bpoolmanager_\\w+");

    private static final Pattern SELECTION = Pattern.compile("\\b(poolmanager_\\w+)\\{([^}]*)}");

    private static final Pattern LABEL = Pattern.compile("(\\w+)=~?\"([^\"$]+)\"");

    @LocalServerPort
    private int port;

    private List<String> scrape;

    @BeforeEach
    void scrape() throws IOException, InterruptedException {
        URI uri = URI.create("http://localhost:" + port + "/actuator/prometheus");
        HttpRequest request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build();
        scrape = HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .toList();
    }

    @Test
    @DisplayName("Every metric and label of the Grafana dashboard is in a scrape, before any task has run")
    void dashboard() throws IOException {
        String json = Files.readString(FILES.resolve("grafana-dashboard.json"));
        List<String> expressions = new JsonMapper()
                .readTree(json).findValues("expr").stream()
                        .map(expression -> expression.asString())
                        .toList();
        assertThat(expressions).hasSizeGreaterThan(10);
        assertKnown(expressions);
    }

    @Test
    @DisplayName("Every metric and label of the alert rules is in a scrape, and each rule says what to do")
    void alerts() throws IOException {
        Map<String, List<Map<String, List<Map<String, Object>>>>> file =
                new Yaml().load(Files.readString(FILES.resolve("prometheus-alerts.yml")));
        List<Map<String, Object>> rules = file.get("groups").get(0).get("rules");
        assertThat(rules)
                .hasSizeGreaterThan(5)
                .allSatisfy(rule -> assertThat(rule).containsKeys("alert", "expr", "for", "labels", "annotations"));
        assertKnown(rules.stream().map(rule -> String.valueOf(rule.get("expr"))).toList());
    }

    /** A name alone is not enough: a rule whose label never has the value that it asks for is silent for ever. */
    private void assertKnown(List<String> expressions) {
        for (String expression : expressions) {
            TreeSet<String> metrics = new TreeSet<>(
                    METRIC.matcher(expression).results().map(MatchResult::group).toList());
            assertThat(metrics).as(expression).isNotEmpty().allMatch(metric -> isScraped(metric, ""));
            SELECTION
                    .matcher(expression)
                    .results()
                    .forEach(selection -> assertThat(labels(selection.group(2)))
                            .as(expression)
                            .allMatch(label -> isScraped(selection.group(1), label)));
        }
    }

    private static Stream<String> labels(String selection) {
        return LABEL.matcher(selection)
                .results()
                .flatMap(label ->
                        Arrays.stream(label.group(2).split("\\|")).map(value -> label.group(1) + "=\"" + value + "\""));
    }

    private boolean isScraped(String metric, String label) {
        return scrape.stream().anyMatch(line -> line.startsWith(metric + "{") && line.contains(label));
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}
}

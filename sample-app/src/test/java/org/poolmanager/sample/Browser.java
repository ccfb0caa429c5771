package org.poolmanager.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real browser, driven by the few commands of the WebDriver protocol that we need. */
final class Browser {

    static final Path CHROMIUM = Path.of("/usr/bin/chromium");

    static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();

    private final JsonMapper json = new JsonMapper();

    private final Process driver;

    private final String session;

    Browser(Path profile) throws IOException, InterruptedException {
        driver = new ProcessBuilder(DRIVER.toString(), "--port=0")
                .redirectErrorStream(true)
                .start();
        try {
            String address = "http://127.0.0.1:" + port(driver.inputReader()) + "/session";
            session = address + "/"
                    + call("POST", address, capabilities(profile))
                            .get("sessionId")
                            .asString();
        } catch (IOException | InterruptedException | RuntimeException e) {
            end();
            throw e;
        }
    }

    void open(String address) throws IOException, InterruptedException {
        call("POST", session + "/url", Map.of("url", address));
    }

    /** Runs a script's body in the page and returns what it returns. */
    JsonNode run(String script) throws IOException, InterruptedException {
        return call("POST", session + "/execute/sync", Map.of("script", script, "args", List.of()));
    }

    /** Clicks as a person would: the element must be there to be seen. */
    void click(String selector) throws IOException, InterruptedException {
        call("POST", find(selector) + "/click", Map.of());
    }

    /** Types into an element; a file input takes paths, one per line. */
    void type(String selector, String text) throws IOException, InterruptedException {
        call("POST", find(selector) + "/value", Map.of("text", text));
    }

    /** What the page has complained about. */
    JsonNode complaints() throws IOException, InterruptedException {
        return call("POST", session + "/se/log", Map.of("type", "browser"));
    }

    void close() throws IOException, InterruptedException {
        try {
            call("DELETE", session, Map.of());
        } finally {
            end();
        }
    }

    private String find(String selector) throws IOException, InterruptedException {
        JsonNode element = call("POST", session + "/element", Map.of("using", "css selector", "value", selector));
        return session + "/element/" + element.iterator().next().asString();
    }

    private JsonNode call(String method, String address, Map<String, ?> body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .timeout(LIMIT)
                .method(method, HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body)))
                .build();
        JsonNode value = json.readTree(
                        http.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .get("value");
        if (value.has("error")) {
            throw new IOException(
                    value.get("error").asString() + ": " + value.get("message").asString());
        }
        return value;
    }

    private static Map<String, ?> capabilities(Path profile) {
        List<String> arguments = List.of(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1200,1600",
                "--user-data-dir=" + profile);
        return Map.of(
                "capabilities",
                Map.of(
                        "alwaysMatch",
                        Map.of(
                                "goog:chromeOptions", Map.of("binary", CHROMIUM.toString(), "args", arguments),
                                "goog:loggingPrefs", Map.of("browser", "ALL"))));
    }

    private static String port(BufferedReader output) throws IOException {
        String line;
        while ((line = output.readLine()) != null) {
            Matcher started = STARTED.matcher(line);
            if (started.find()) {
                return started.group(1);
            }
        }
        throw new IOException("chromedriver ended without a word about its port");
    }

    private void end() throws InterruptedException {
        List<ProcessHandle> all = driver.descendants().toList();
        driver.destroy();
        if (!driver.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            driver.destroyForcibly();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}

package org.poolmanager.boot.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.poolmanager.PoolState;
import org.poolmanager.boot.PoolManagers;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

/** Who may read and write, by the properties of Spring Boot that decide it. Each application has a web server of its own. */
class PoolsAccessOverHttpTests {

    private static void run(List<String> properties, Consumer<RestTestClient> client, Consumer<PoolManagers> pools) {
        SpringApplicationBuilder application = new SpringApplicationBuilder(Application.class)
                .properties(
                        "server.port=0",
                        "spring.main.banner-mode=off",
                        "management.endpoints.web.exposure.include=pools,health",
                        "poolmanager.defaults.isolation=thread",
                        "poolmanager.defaults.size=1",
                        "poolmanager.pools.square.worker=org.poolmanager.boot.workers.Square",
                        "poolmanager.pools.other.worker=org.poolmanager.boot.workers.Square")
                .properties(properties.toArray(new String[0]));
        try (ConfigurableApplicationContext context = application.run()) {
            client.accept(RestTestClient.bindToServer()
                    .baseUrl("http://localhost:" + context.getEnvironment().getProperty("local.server.port"))
                    .build());
            pools.accept(context.getBean(PoolManagers.class));
        }
    }

    private static int read(RestTestClient client, String path) {
        return client.get().uri(path).exchange().returnResult().getStatus().value();
    }

    private static int pause(RestTestClient client, String path, String body) {
        return client.post()
                .uri(path)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange()
                .returnResult()
                .getStatus()
                .value();
    }

    @ParameterizedTest(name = "{0}: read {1}, write {2}")
    @CsvSource({
        "nothing=set, 200, 405",
        "management.endpoint.pools.access=unrestricted, 200, 202",
        "management.endpoints.access.default=unrestricted, 200, 202",
        "management.endpoint.pools.enabled=true, 200, 202",
        "management.endpoints.access.default=unrestricted management.endpoint.pools.access=read-only, 200, 405",
        "management.endpoint.pools.access=unrestricted management.endpoints.access.max-permitted=read-only, 200, 405",
        "management.endpoints.access.default=unrestricted management.endpoints.access.max-permitted=read-only, 200, 405",
        "management.endpoint.pools.access=unrestricted management.endpoints.access.max-permitted=none, 404, 404",
        "management.endpoints.access.default=none, 404, 404",
        "management.endpoints.web.exposure.include=health management.endpoint.pools.access=unrestricted, 404, 404",
    })
    @DisplayName("X05: a write is answered where Boot's access properties allow it, and nowhere else")
    void access(String properties, int read, int write) {
        run(
                List.of(properties.split(" ")),
                client -> {
                    assertThat(read(client, "/actuator/pools/square")).isEqualTo(read);
                    assertThat(pause(client, "/actuator/pools/square", "{\"state\":\"paused\"}"))
                            .isEqualTo(write);
                },
                pools -> assertThat(pools.get("square").state())
                        .isEqualTo(write == 202 ? PoolState.PAUSED : PoolState.RUNNING));
    }

    @Test
    @DisplayName("5.4, 5.5: the endpoint is under the paths that the application gives it, for reading and writing")
    void paths() {
        run(
                List.of(
                        "management.endpoints.web.base-path=/manage",
                        "management.endpoints.web.path-mapping.pools=crews",
                        "management.endpoint.pools.access=unrestricted"),
                client -> {
                    assertThat(read(client, "/manage/crews")).isEqualTo(200);
                    assertThat(read(client, "/manage/crews/square/workers/1")).isEqualTo(200);
                    assertThat(pause(client, "/manage/crews/square", "{\"state\":\"paused\"}"))
                            .isEqualTo(202);
                    assertThat(read(client, "/manage/pools")).isEqualTo(404);
                    assertThat(read(client, "/actuator/pools")).isEqualTo(404);
                    client.get()
                            .uri("/manage")
                            .exchange()
                            .expectBody()
                            .jsonPath("$._links.pools.href")
                            .value(
                                    String.class,
                                    (String href) -> assertThat(href).endsWith("/manage/crews"))
                            .jsonPath("$._links.pools-name.templated")
                            .isEqualTo(true);
                },
                pools -> assertThat(pools.get("square").state()).isEqualTo(PoolState.PAUSED));
    }

    @Test
    @DisplayName(
            "5.5: Boot takes a name in the body or query before that in the path, so a rule for one path guards nothing")
    void nameInTheBody() {
        run(
                List.of("management.endpoint.pools.access=unrestricted"),
                client -> {
                    assertThat(pause(client, "/actuator/pools/square", "{\"state\":\"paused\",\"name\":\"other\"}"))
                            .isEqualTo(202);
                    client.get()
                            .uri("/actuator/pools/square?name=other")
                            .exchange()
                            .expectBody()
                            .jsonPath("$.name")
                            .isEqualTo("other")
                            .jsonPath("$.state")
                            .isEqualTo("PAUSED");
                },
                pools -> {
                    assertThat(pools.get("square").state()).isEqualTo(PoolState.RUNNING);
                    assertThat(pools.get("other").state()).isEqualTo(PoolState.PAUSED);
                });
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}
}

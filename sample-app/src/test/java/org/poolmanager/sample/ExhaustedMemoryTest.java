package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** To fill a heap takes seconds of processor time, so the limits of time are far above what they are for other poison. */
@SampleTest
@TestPropertySource(
        properties = {
            "poolmanager.pools.extract.size=1",
            "poolmanager.pools.extract.task-timeout=80s",
            "poolmanager.pools.preview.size=1",
            "poolmanager.pools.preview.task-timeout=80s"
        })
class ExhaustedMemoryTest {

    @Test
    void poisonSaysThatMemoryRanOut(@LocalServerPort int port) {
        Client client = new Client(port);
        JsonNode document = client.results(client.post("/poison/heap")).get("bomb.pdf");
        assertThat(document.get("state").asString()).isEqualTo("FAILED");
        assertThat(document.at("/reason/problem").asString()).isEqualTo(Problem.OUT_OF_MEMORY.name());
        assertThat(document.at("/reason/text").asString()).contains("ran out of memory");
    }
}

package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.test.context.TestPropertySource;

@SampleTest
@TestPropertySource(
        properties = {
            "intake.patience=300ms",
            "poolmanager.pools.extract.size=1",
            "poolmanager.pools.extract.queue-size=1",
            "poolmanager.pools.preview.size=1",
            "poolmanager.pools.preview.queue-size=1"
        })
class BusyPoolsTest {

    @Test
    void uploadThatFindsNoRoomInTimeIsToldToTryAgain(@LocalServerPort int port) throws IOException {
        Client client = new Client(port);
        ResponseEntity<byte[]> first = client.post("/poison/endless");
        ResponseEntity<byte[]> second = client.upload(Map.of("a.pdf", Inputs.pdf()));
        assertThat(second.getStatusCode()).isEqualTo(HttpStatus.ACCEPTED);

        ResponseEntity<byte[]> third = client.upload(Map.of("b.pdf", Inputs.pdf()));
        assertThat(third.getStatusCode()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
        assertThat(third.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isNotNull();
        assertThat(Client.json(third).at("/documents/0/reason/problem").asString())
                .isEqualTo("BUSY");
        assertThat(Client.json(third).at("/documents/0/reason/text").asString()).contains("try again");

        assertThat(client.results(first)).hasSize(1);
        assertThat(client.results(second).get("a.pdf").get("state").asString()).isEqualTo("DONE");
    }
}

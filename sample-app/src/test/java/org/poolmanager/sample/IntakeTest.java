package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.JsonNode;

@SampleTest
@ExtendWith(OutputCaptureExtension.class)
class IntakeTest {

    private Client client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        client = new Client(port);
    }

    @Test
    void documentIsReadAndDrawn() throws Exception {
        JsonNode document = client.result("a.pdf", Inputs.pdf());
        assertThat(document.get("state").asString()).isEqualTo("DONE");
        assertThat(document.at("/extract/text").asString()).contains("Good document 1");
        assertThat(document.at("/extract/pages").asInt()).isOne();

        String address = "/documents/" + document.get("id").asString();
        assertThat(client.json(address).at("/extract/metadata/dc:title").asString())
                .isEqualTo("Good document 1");
        ResponseEntity<byte[]> preview = client.get(address + "/preview");
        assertThat(preview.getHeaders().getContentType()).isEqualTo(MediaType.IMAGE_PNG);
        assertThat(ImageIO.read(new ByteArrayInputStream(preview.getBody())).getWidth())
                .isEqualTo(600);
    }

    @Test
    void eachDocumentOfABatchHasItsOwnAnswer() throws Exception {
        Map<String, byte[]> documents = new LinkedHashMap<>();
        documents.put("good.pdf", Inputs.pdf());
        documents.put("notes.txt", Inputs.text("some notes"));
        documents.put("letter.docx", Inputs.docx("Dear reader"));
        documents.put("photo.png", Inputs.image("png", 900, 300));
        documents.put("empty.pdf", new byte[0]);
        documents.put("locked.pdf", Inputs.encryptedPdf());
        documents.put("broken.pdf", Inputs.truncatedPdf());
        documents.put("what.bin", Inputs.UNKNOWN);
        documents.put("huge.txt", new byte[26 << 20]);
        ResponseEntity<byte[]> receipt = client.upload(documents);
        assertThat(receipt.getStatusCode()).isEqualTo(HttpStatus.ACCEPTED);
        assertThat(Client.json(receipt).get("documents")).hasSize(9);

        Map<String, JsonNode> results = client.results(receipt);
        assertThat(results.get("notes.txt").at("/extract/text").asString()).isEqualTo("some notes");
        assertThat(results.get("notes.txt").at("/preview/note").asString()).isEqualTo("No preview for text/plain");
        assertThat(results.get("letter.docx").at("/extract/text").asString()).isEqualTo("Dear reader");
        assertThat(results.get("photo.png").at("/preview/height").asInt()).isEqualTo(200);
        assertThat(results.get("good.pdf").get("state").asString()).isEqualTo("DONE");
        assertProblem(results.get("empty.pdf"), Problem.EMPTY);
        assertProblem(results.get("locked.pdf"), Problem.ENCRYPTED);
        assertProblem(results.get("broken.pdf"), Problem.DAMAGED);
        assertProblem(results.get("what.bin"), Problem.UNKNOWN_TYPE);
        assertProblem(results.get("huge.txt"), Problem.TOO_LARGE);
    }

    @Test
    void singleRefusedDocumentDecidesTheStatus() {
        ResponseEntity<byte[]> empty = client.upload(Map.of("a.pdf", new byte[0]));
        assertThat(empty.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(Client.json(empty).at("/documents/0/reason/text").asString()).startsWith("Empty");
        ResponseEntity<byte[]> large = client.upload(Map.of("a.pdf", new byte[26 << 20]));
        assertThat(large.getStatusCode()).isEqualTo(HttpStatus.CONTENT_TOO_LARGE);
        assertThat(Client.json(large).at("/documents/0/reason/text").asString())
                .isEqualTo("Too large: 27,262,976 bytes, and at most 26,214,400 are taken");
    }

    @Test
    void requestsThatMakeNoSenseAreToldSo() {
        assertThat(client.post("/documents").getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(client.upload(Map.of("", new byte[0])).getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(client.get("/documents/none").getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);
        assertThat(client.get("/documents/none/preview").getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);
        assertThat(client.get("/batches/none").getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);
        assertThat(client.post("/poison/none").getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);
    }

    @Test
    void logRecordsOfWorkersComeBack(CapturedOutput output) throws Exception {
        client.result("logged.pdf", Inputs.pdf());
        await().atMost(Client.PATIENCE).until(() -> output.getOut().contains("Read logged.pdf: application/pdf"));
    }

    @Test
    void pageAndEndpointsAreServed() throws Exception {
        client.result("counted.pdf", Inputs.pdf());
        assertThat(text("/")).contains("<title>Document intake</title>").contains("app.js");
        assertThat(client.get("/app.js").getStatusCode()).isEqualTo(HttpStatus.OK);
        assertThat(client.json("/actuator/health").get("status").asString()).isEqualTo("UP");
        assertThat(client.json("/actuator/pools").get("pools").propertyNames())
                .containsExactlyInAnyOrder("extract", "preview");
        assertThat(text("/actuator/prometheus")).contains("poolmanager_task").contains("pool=\"preview\"");
    }

    private String text(String path) {
        return new String(client.get(path).getBody(), StandardCharsets.UTF_8);
    }

    private static void assertProblem(JsonNode document, Problem problem) {
        assertThat(document.get("state").asString()).isEqualTo("FAILED");
        assertThat(document.at("/reason/problem").asString()).isEqualTo(problem.name());
    }
}

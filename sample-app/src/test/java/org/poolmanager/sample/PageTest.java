package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** The page in a real browser, if the machine has one. */
@SampleTest
class PageTest {

    @TempDir
    private Path folder;

    private Client client;

    private Browser browser;

    @BeforeEach
    void open(@LocalServerPort int port) throws Exception {
        client = new Client(port);
        assumeThat(Browser.CHROMIUM).as("Chromium, to look at the page").exists();
        assumeThat(Browser.DRIVER).as("chromedriver, to use the page").exists();
        browser = new Browser(folder.resolve("profile"));
        browser.open("http://127.0.0.1:" + port + "/");
    }

    @AfterEach
    void close() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void showsThePoolsAndWhatBecomesOfAnUpload() throws Exception {
        // A name that a careless page would run as a script.
        Path evil = folder.resolve("<img src=x onerror=document.title='broken'>.txt");
        Files.write(evil, Inputs.text("<script>document.title = 'broken'</script>"));
        Path good = Files.write(folder.resolve("good.pdf"), Inputs.pdf());
        awaitText("#pools", "extract RUNNING");
        awaitText("#pools", "preview RUNNING");
        assertThat(count(".pool tbody tr")).isEqualTo(4);

        String expected = totalsAfter(2, 0);
        browser.type("#files", evil + "\n" + good);
        browser.click("#upload button");
        awaitText("#message", "2 documents taken");
        awaitText("#totals", expected);
        awaitText("#batches li:first-child", "2 of 2 finished, 2 done, 0 failed");
        awaitText("#documents", evil.getFileName().toString());
        awaitText("#documents", "<script>document.title = 'broken'</script>");
        awaitText("#documents", "Somebody typed this page");
        await().atMost(Client.PATIENCE)
                .untilAsserted(
                        () -> assertThat(browser.run("return document.querySelector('#documents img').naturalWidth")
                                        .asInt())
                                .isEqualTo(600));
        assertThat(browser.run("return document.title").asString()).isEqualTo("Document intake");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void staysUpAmongPoison() throws Exception {
        String expected = totalsAfter(40, 3);
        browser.click("[data-poison^=mixed]");
        awaitText("#totals", expected);
        awaitText("#batches li:first-child", "43 of 43 finished, 40 done, 3 failed");
        browser.click("#only-failed");
        // On a busy machine the time may be over before the memory is; ExhaustedMemoryTest gives it enough.
        awaitText("#documents", problemOf("bomb.pdf").equals("TIMED_OUT") ? "bomb.pdf" : "ran out of memory");
        awaitText("#documents", "task-timeout is 10.0 s");
        awaitText("#documents", "exited with value 13");
        awaitText("#pools", "IDLE");
        assertThat(browser.complaints()).isEmpty();
    }

    /** The newest document comes first. */
    private String problemOf(String name) {
        return client.json("/documents")
                .valueStream()
                .filter(document -> document.get("name").asString().equals(name))
                .findFirst()
                .orElseThrow()
                .at("/reason/problem")
                .asString();
    }

    /** What the page must say in the end: other tests may have used the same application. */
    private String totalsAfter(int done, int failed) {
        JsonNode before = client.json("/batches").get("totals");
        return "%d done, %d failed, 0 with the pools, 0 waiting"
                .formatted(
                        before.get("done").asInt() + done, before.get("failed").asInt() + failed);
    }

    private void awaitText(String selector, String text) {
        await().atMost(Client.PATIENCE)
                .untilAsserted(
                        () -> assertThat(browser.run("return document.querySelector('" + selector + "').innerText")
                                        .asString())
                                .contains(text));
    }

    private int count(String selector) throws Exception {
        return browser.run("return document.querySelectorAll('" + selector + "').length")
                .asInt();
    }
}

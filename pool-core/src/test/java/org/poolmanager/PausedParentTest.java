package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("A parent that is stopped for a while")
class PausedParentTest {

    @Test
    @DisplayName(
            "C119: what ended while the parent was stopped is a value, what did not is over its limit, nobody is hung")
    void c119Paused() throws Exception {
        pauseUnder(2000, Duration.ofSeconds(4));
    }

    @Test
    @Tag("soak")
    @DisplayName("C119: the same with a limit of 5 s and a pause of 10 s")
    void c119PausedForLonger() throws Exception {
        pauseUnder(5000, Duration.ofSeconds(10));
    }

    private static void pauseUnder(int limit, Duration pause) throws Exception {
        try (ParentJvm parent = ParentJvm.start("pausing", limit)) {
            parent.awaitWorkers();
            parent.signal("STOP");
            await().pollDelay(pause).atMost(pause.plusSeconds(5)).until(() -> true); // that is what is tested
            parent.signal("CONT");
            long begin = System.nanoTime();
            assertThat(parent.nextLine()).isEqualTo("value");
            assertThat(parent.nextLine()).contains("over its task-timeout of ");
            assertThat(parent.nextLine()).isEqualTo("value");
            assertThat(parent.nextLine()).isEqualTo("value");
            assertThat(parent.nextLine()).isEqualTo("1");
            long took = (System.nanoTime() - begin) / 1_000_000;
            System.out.println("C119: at full strength " + took + " ms after a pause of " + pause.toSeconds() + " s");
            assertThat(took).isLessThan(10_000);
        }
    }
}

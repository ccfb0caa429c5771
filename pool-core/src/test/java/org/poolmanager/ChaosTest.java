package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeftovers.class)
@DisplayName("Chaos")
class ChaosTest {

    @TempDir
    Path directory;

    @BothModes
    @DisplayName(
            "Whatever goes wrong at once: each task has the one outcome that it deserves, and was run once at the most")
    void everydayChaos(Isolation isolation) throws Exception {
        Duration limit = Duration.ofSeconds(isolation == Isolation.PROCESS ? 14 : 5);
        wreak(new Chaos.Plan(isolation, 3, 20_000, limit, System.nanoTime()));
    }

    @BothModes
    @Tag("soak")
    @Timeout(value = 120, unit = TimeUnit.MINUTES)
    @DisplayName("The same for long: -Dchaos.tasks, .size, .minutes, .seed")
    void longChaos(Isolation isolation) throws Exception {
        ChaosVerdict verdict = wreak(new Chaos.Plan(
                isolation,
                Integer.getInteger("chaos.size", 4),
                Integer.getInteger("chaos.tasks", 100_000),
                Duration.ofMinutes(Integer.getInteger("chaos.minutes", 20)),
                Long.getLong("chaos.seed", System.nanoTime())));
        System.out.println("Deaths of workers: " + verdict.deaths());
    }

    private ChaosVerdict wreak(Chaos.Plan plan) throws Exception {
        System.out.println("Chaos " + plan);
        int descriptors = Descriptors.open();
        ChaosVerdict verdict = new Chaos(plan, Files.createFile(directory.resolve("ledger"))).run();
        assertThat(verdict.complaints()).as("%s", plan).isEmpty();
        await("descriptors are given back")
                .untilAsserted(() -> assertThat(Descriptors.open()).isLessThanOrEqualTo(descriptors + 2));
        return verdict;
    }
}

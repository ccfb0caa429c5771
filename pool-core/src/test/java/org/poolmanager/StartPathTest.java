package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.poolmanager.launch.JvmOptions;

/** What a start takes, counted in classes: a number that no other load changes. */
class StartPathTest {

    @Test
    @DisplayName(
            "Until a worker is ready, its start sets up neither serialization nor reflection nor lambdas of its own")
    void nothingNeedless(@TempDir Path files) throws Exception {
        Path log = files.resolve("classes.log");
        CountDownLatch ready = new CountDownLatch(1);
        try (var pool = PoolManager.builder(Tasks::twice)
                .size(1)
                .jvm(new JvmOptions(null, List.of("-Xlog:class+load=info:file=" + log), Map.of(), null, false))
                .listener(event -> {
                    if (event instanceof PoolEvent.WorkerStarted) {
                        ready.countDown();
                    }
                })
                .start()) {
            assertThat(ready.await(60, TimeUnit.SECONDS)).isTrue();
            List<String> loaded = Files.readAllLines(log);
            int sent = 0;
            while (!loaded.get(sent).contains(" org.poolmanager.wire.Frame ")) {
                sent++;
            }
            assertThat(loaded.subList(0, sent))
                    .anyMatch(line -> line.contains(" org.poolmanager.wire.Scoreboard "))
                    .noneMatch(line -> line.contains(" java.io.ObjectInputFilter$Config "))
                    .noneMatch(line -> line.contains(" jdk.internal.reflect.DirectMethodHandleAccessor "))
                    .noneMatch(line -> line.contains(" org.poolmanager.worker.") && line.contains("$$Lambda"))
                    .noneMatch(line -> line.contains(" java.util.concurrent.FutureTask "));
            assertThat(pool.map(List.of(1))).containsExactly(2);
        }
    }
}

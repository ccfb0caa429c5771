package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails any test that leaves a child process, a thread of a pool or a file of a pool behind. */
final class NoLeftovers implements BeforeEachCallback, AfterEachCallback {

    static {
        // What is waited for may need a JVM to start, which takes thirty times as long on a machine that is overloaded.
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    private Set<String> before = Set.of();

    @Override
    public void beforeEach(ExtensionContext context) {
        Tasks.letGo(false);
        before = leftovers();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Tasks.letGo(true);
        await("nothing is left of the pools of " + context.getDisplayName())
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> {
                    Set<String> now = leftovers();
                    now.removeAll(before);
                    assertThat(now).isEmpty();
                });
    }

    private static Set<String> leftovers() {
        Set<String> found = new TreeSet<>();
        ProcessHandle.current().descendants().forEach(child -> found.add("process " + child.pid()));
        found.addAll(Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("poolmanager-exit-")
                        || (name.startsWith("pool-") && !name.matches("pool-\\d+-thread-\\d+")))
                .map(name -> "thread " + name)
                .collect(Collectors.toSet()));
        String own = "poolmanager-" + ProcessHandle.current().pid() + "-";
        File[] files = new File(System.getProperty("java.io.tmpdir")).listFiles((dir, name) -> name.startsWith(own));
        for (File file : files == null ? List.<File>of() : List.of(files)) {
            found.add("file " + file);
        }
        return found;
    }
}

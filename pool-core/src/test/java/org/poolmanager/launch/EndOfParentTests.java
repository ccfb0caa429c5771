package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(value = "org.poolmanager.launch.EndOfParent#canKill", disabledReason = "there is no setpriv")
class EndOfParentTests {

    @TempDir
    Path directory;

    @Test
    void aCommandOfThisProcessRuns() throws Exception {
        Path mark = directory.resolve("mark");
        run(words(mark));
        assertThat(mark).exists();
    }

    @Test
    void nothingRunsForWhoeverHasAnotherParent() throws Exception {
        Path mark = directory.resolve("mark");
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", "\"$@\"; true", "sh")); // which stays in between
        words.addAll(words(mark));
        run(words);
        assertThat(mark).doesNotExist();
    }

    private static List<String> words(Path mark) {
        List<String> words = new ArrayList<>(EndOfParent.kills());
        words.addAll(List.of("touch", mark.toString()));
        return words;
    }

    private static void run(List<String> words) throws Exception {
        Process process = new ProcessBuilder(words).inheritIO().start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }
}

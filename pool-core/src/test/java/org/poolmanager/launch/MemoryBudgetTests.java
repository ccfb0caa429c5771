package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("C114: one memory budget")
class MemoryBudgetTests {

    private static final long GIB = 1L << 30;

    private final MemoryBudget budget = new MemoryBudget(8 * GIB, 2 * GIB);

    private static JvmOptions args(String... args) {
        return new JvmOptions(null, List.of(args), Map.of(), null);
    }

    @Test
    @DisplayName("a pool gets half of what is left, divided by its workers, and the next half of the rest")
    void halves() {
        assertThat(budget.take("a", 8, args("-Dx=1")).options().args()).containsExactly("-Xmx256m", "-Dx=1");
        assertThat(budget.take("b", 2, args()).options().args()).containsExactly("-Xmx512m");
        MemoryBudget.Share third = budget.take("c", 1, args());
        assertThat(third.options().args()).containsExactly("-Xmx512m");
        assertThat(third.overcommitment()).isNull();
        third.close();
        assertThat(budget.take("d", 1, args()).options().args()).containsExactly("-Xmx512m");
    }

    @Test
    @DisplayName("never more than a JVM alone would take, nor so little that it is of no use")
    void bounds() {
        assertThat(budget.take("one", 1, args()).options().args()).containsExactly("-Xmx2048m");
        assertThat(new MemoryBudget(GIB / 2, GIB / 8)
                        .take("many", 16, args())
                        .options()
                        .args())
                .containsExactly("-Xmx64m");
        assertThat(new MemoryBudget(4 * GIB, 3 * GIB)
                        .take("beside a large parent", 2, args())
                        .options()
                        .args())
                .containsExactly("-Xmx256m");
    }

    @ParameterizedTest
    @CsvSource({
        "-Xmx3g, 3.0 GiB",
        "-XX:MaxHeapSize=3221225472, 3.0 GiB",
        "-XX:MaxRAMPercentage=50, 4.0 GiB",
        "-Xms1g, 2.0 GiB",
        "@options, 2.0 GiB"
    })
    @DisplayName("the user's own option wins, and counts")
    void chosen(String option, String counted) {
        MemoryBudget.Share share = budget.take("a", 4, args(option));
        assertThat(share.options().args()).containsExactly(option);
        assertThat(share.overcommitment()).contains("pool 'a' 4 x " + counted + " (by jvm.args)");
    }

    @Test
    @DisplayName("an option in the environment of the children wins too")
    void chosenByVariable() {
        JvmOptions options = new JvmOptions(null, List.of(), Map.of("JAVA_TOOL_OPTIONS", "-Da=b -Xmx3g"), null);
        assertThat(budget.take("a", 1, options).options().args()).isEmpty();
    }

    @Test
    @DisplayName("more than there is is told with the sum and the numbers of each pool")
    void overcommitted() {
        budget.take("extract", 4, args("-Xmx1g"));
        MemoryBudget.Share share = budget.take("preview", 2, args("-Xmx1500m"));
        budget.take("other", 1, args()).close();
        assertThat(share.overcommitment())
                .isEqualTo(
                        "The JVMs of this application may take more memory than there is: pool 'extract' 4 x 1.0 GiB (by"
                                + " jvm.args), pool 'preview' 2 x 1.5 GiB (by jvm.args), this JVM 2.0 GiB, together 8.9 GiB of"
                                + " heap, where the machine or container has 8.0 GiB for everything. The system may kill workers"
                                + " then (exit value 137). Lower size or -Xmx of a pool, or give the machine or container more"
                                + " memory");
        share.close();
        assertThat(budget.take("small", 1, args("-Xmx64m")).overcommitment()).isNull();
    }

    @Test
    @DisplayName("where it is not known how much there is, nothing is changed")
    void unknown() {
        MemoryBudget.Share share = new MemoryBudget(-1, GIB).take("a", 2, args());
        assertThat(share.options().args()).isEmpty();
        assertThat(share.overcommitment()).isNull();
    }
}

package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A wall clock that is set")
class WallClockTest {

    @BothModes
    @DisplayName("C118: it jumps by hours while tasks run, block and wait: no limit fires for that, and none is missed")
    void c118Jumps(Isolation isolation, @TempDir Path directory) throws Exception {
        List<String> jumping = WallClock.command(directory);
        assumeTrue(jumping != null, "there is no C compiler (cc) here to make a clock that jumps");
        try (ParentJvm parent = ParentJvm.startWith(jumping, "jumping", directory, isolation)) {
            assertThat(parent.nextLine(Starving.MARK))
                    .as("minutes, here and there")
                    .isEqualTo("60 60");
            assertThat(parent.nextLine(Starving.MARK)).as("within their limits").isEqualTo("[500, 500, 500, 500]");
            assertThat(parent.nextLine(Starving.MARK)).as("over its limit").isEqualTo("TaskTimeoutException");
            assertThat(parent.nextLine(Starving.MARK)).as("queued for too long").isEqualTo("TaskTimeoutException");
            assertThat(parent.nextLine(Starving.MARK)).as("a timed get").isEqualTo("TimeoutException");
            assertThat(parent.nextLine(Starving.MARK)).as("a timed put").isEqualTo("QueueFullException");
            assertThat(parent.nextLine(Starving.MARK)).as("a timed join").isEqualTo("false");
            String effects = parent.nextLine(Starving.MARK);
            System.out.println("C118 " + isolation + ": " + effects);
            assertThat(effects).startsWith("2 timed out, ").endsWith(" 0 done");
            assertThat(parent.nextLine(Starving.MARK)).isEqualTo("closed");
            assertThat(parent.awaitExit()).isZero();
        }
    }
}

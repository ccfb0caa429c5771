package org.poolmanager.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogEventTest {

    @Test
    void c085EveryPartOfARecordTravels() throws IOException {
        LogEvent event = new LogEvent(
                "test.submodule",
                20,
                Instant.ofEpochSecond(1_700_000_000L, 123_456_789),
                "worker thread",
                "grüße 🙂 \u0000",
                Map.of("user", "42", "empty", ""),
                List.of("A", "B"),
                List.of(Map.entry("k", "v"), Map.entry("k", "w")),
                Thrown.of(new IllegalStateException("outer", new IOException("inner"))));

        assertThat(LogEvent.decode(event.encode())).isEqualTo(event);
    }

    @Test
    void c085AMessageLongerThan64KibTravelsWhole() throws IOException {
        String message = "é".repeat(500_000);

        assertThat(LogEvent.decode(withMessage(message).encode()).message()).isEqualTo(message);
    }

    @Test
    void c085ATooLongMessageIsCutVisibly() throws IOException {
        String message = "é".repeat(LogEvent.MAX_MESSAGE + 1_000);

        assertThat(LogEvent.decode(withMessage(message).encode()).message())
                .startsWith("ééé")
                .endsWith("é... [cut, 1000 characters]")
                .hasSizeLessThan(LogEvent.MAX_MESSAGE + 64);
    }

    @Test
    void c085TooManyEntriesAreCut() throws IOException {
        Map<String, String> mdc =
                IntStream.range(0, 5_000).mapToObj(Integer::toString).collect(Collectors.toMap(i -> i, i -> "v"));
        LogEvent event = new LogEvent(
                "test", 20, Instant.EPOCH, "t", "m", mdc, List.copyOf(mdc.keySet()), List.copyOf(mdc.entrySet()), null);

        LogEvent arrived = LogEvent.decode(event.encode());

        assertThat(arrived.mdc()).hasSize(1024);
        assertThat(arrived.markers()).hasSize(1024);
        assertThat(arrived.keyValues()).hasSize(1024);
    }

    @Test
    void damagedBytesGiveAnIoExceptionOrARecordNeverAnythingElse() {
        byte[] good = withMessage("message").encode();
        Random random = new Random(85);
        for (int round = 0; round < 20_000; round++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(good.length) + 1);
            bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            try {
                LogEvent.decode(bad);
            } catch (IOException expected) {
                // this is what damaged bytes may give
            }
        }
    }

    @Test
    void bytesAfterTheEndAreRefused() {
        byte[] good = withMessage("message").encode();

        assertThatThrownBy(() -> LogEvent.decode(Arrays.copyOf(good, good.length + 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("1 bytes after the end");
    }

    private static LogEvent withMessage(String message) {
        return new LogEvent("test", 20, Instant.EPOCH, "t", message, Map.of("a", "b"), List.of("M"), List.of(), null);
    }
}

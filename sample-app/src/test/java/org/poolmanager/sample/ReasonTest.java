package org.poolmanager.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** The reasons that real pools give are in the tests that run on them. */
class ReasonTest {

    @Test
    void nothingWrongIsNoReason() {
        assertThat(Reason.of(null, null)).isNull();
    }

    @Test
    void sameReasonIsGivenOnce() {
        Exception stopped = new CancellationException("closed");
        assertThat(Reason.of(stopped, stopped)).isEqualTo(new Reason(Problem.UNAVAILABLE, "Not processed: closed"));
    }

    @Test
    void readingAndDrawingAreToldApart() {
        Exception stopped = new CancellationException("closed");
        assertThat(Reason.of(null, stopped))
                .isEqualTo(new Reason(Problem.UNAVAILABLE, "Not drawn. Not processed: closed"));
        assertThat(Reason.of(stopped, new IllegalArgumentException("odd")))
                .isEqualTo(new Reason(
                        Problem.UNAVAILABLE,
                        "Not read. Not processed: closed. Not drawn. Failed: java.lang.IllegalArgumentException: odd"));
    }

    @Test
    void onlyWhatIsNotTheDocumentsFaultPasses() {
        assertThat(Problem.BUSY.passing()).isTrue();
        assertThat(Problem.UNAVAILABLE.passing()).isTrue();
        assertThat(Problem.CRASHED.passing()).isFalse();
    }
}

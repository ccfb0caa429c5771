package org.poolmanager.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameType;

@DisplayName("The inbox of a child")
class InboxTest {

    private final Inbox inbox = new Inbox();

    @Test
    @DisplayName("A task that another thread brings between two looks is not overslept")
    void taskBetweenTwoLooks() {
        Frame task = Frame.of(FrameType.TASK, 1);
        assertThat(inbox.tryToRead()).as("the watch reads").isTrue();
        assertThat(inbox.poll()).isNull();
        inbox.addAll(List.of(task));
        inbox.stopReading();
        assertThat(inbox.tryToReadMore()).as("the task thread waits for bytes").isFalse();
        inbox.awaitReader();
        assertThat(inbox.poll()).isSameAs(task);
        assertThat(inbox.poll()).isNull();
        assertThat(inbox.tryToReadMore()).isTrue();
    }

    @Test
    @DisplayName("Nor is the end")
    void endBetweenTwoLooks() {
        assertThat(inbox.tryToRead()).as("the watch reads").isTrue();
        assertThat(inbox.poll()).isNull();
        inbox.close();
        inbox.stopReading();
        assertThat(inbox.tryToReadMore()).as("the task thread waits for bytes").isFalse();
        inbox.awaitReader();
        assertThat(inbox.isFinished()).isTrue();
    }
}

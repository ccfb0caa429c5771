package org.poolmanager.boot.autoconfigure;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** The children that this JVM has got since: the contexts of other tests are kept, and so are their workers. */
final class NewChildren {

    private final Set<Long> before = children();

    private static Set<Long> children() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    Set<Long> pids() {
        Set<Long> children = children();
        children.removeAll(before);
        return children;
    }

    void awaitNone() {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> pids().isEmpty());
    }
}

package org.poolmanager.benchmarks;

import java.time.Duration;
import java.util.stream.Stream;

/** Processor time, of which the operating system gives hundredths of a second. */
final class CpuTime {

    private CpuTime() {}

    /** What this process and all that it started have used until now. */
    static Duration ofAllProcesses() {
        ProcessHandle self = ProcessHandle.current();
        return Stream.concat(Stream.of(self), self.descendants())
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }
}

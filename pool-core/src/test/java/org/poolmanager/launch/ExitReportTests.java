package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitReportTests {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0   | EXIT         | exited with value 0
            3   | EXIT         | exited with value 3
            42  | EXIT         | exited with value 42
            255 | EXIT         | exited with value 255
            129 | SIGNAL       | was killed by SIGHUP (exit value 129)
            137 | SIGNAL       | was killed by SIGKILL (exit value 137): killed from outside or by the system's out-of-memory killer
            143 | SIGNAL       | was killed by SIGTERM (exit value 143): asked to end from outside
            168 | SIGNAL       | was killed by signal 40 (exit value 168)
            134 | NATIVE_CRASH | crashed in native code: SIGABRT (exit value 134), no crash log found
            139 | NATIVE_CRASH | crashed in native code: SIGSEGV (exit value 139), no crash log found
            -1  | UNKNOWN      | ended for an unknown reason (exit value -1)
            """)
    void C048_C054_C056_exitValueAloneIsExplained(int exitValue, ExitReason reason, String description) {
        ExitReport report = ExitReport.of(exitValue, null, List.of());

        assertThat(report.reason()).isEqualTo(reason);
        assertThat(report.describe()).isEqualTo(description);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            3   | Terminating due to java.lang.OutOfMemoryError: Metaspace            | OUT_OF_MEMORY | ran out of memory: Metaspace
            134 | Aborting due to java.lang.OutOfMemoryError: Java heap space         | OUT_OF_MEMORY | ran out of memory: Java heap space
            1   | Exception in thread "main" java.lang.OutOfMemoryError: mine         | OUT_OF_MEMORY | ran out of memory: mine
            1   | Caused by: java.lang.OutOfMemoryError                               | OUT_OF_MEMORY | ran out of memory
            0   | java.lang.OutOfMemoryError: survived                                | EXIT          | exited with value 0
            137 | java.lang.OutOfMemoryError: survived                                | SIGNAL        | was killed by SIGKILL (exit value 137): killed from outside or by the system's out-of-memory killer
            3   | we must avoid any java.lang.OutOfMemoryError: here                  | EXIT          | exited with value 3
            1   | # A fatal error has been detected by the Java Runtime Environment:  | NATIVE_CRASH  | crashed in native code: fatal error (exit value 1), no crash log found
            """)
    void C053_C056_lastLinesExplainMoreThanTheExitValue(
            int exitValue, String line, ExitReason reason, String description) {
        ExitReport report = ExitReport.of(exitValue, null, List.of("before", line, "after"));

        assertThat(report.reason()).isEqualTo(reason);
        assertThat(report.describe()).isEqualTo(description);
    }

    @Test
    void C054_jvmThatGotNoMemoryFromTheSystemIsOutOfMemory() throws Exception {
        Path log = Files.writeString(directory.resolve("hs_err_1.log"), """
                #
                # There is insufficient memory for the Java Runtime Environment to continue.
                # Native memory allocation (mmap) failed to map 16384 bytes for committing reserved memory.
                # Possible reasons:
                #   The system is out of physical RAM or swap space
                #
                #  Out of Memory Error (os_linux.cpp:2899), pid=1, tid=2
                #
                # JRE version: OpenJDK
                """);

        ExitReport report = ExitReport.of(1, log, List.of());

        assertThat(report.reason()).isEqualTo(ExitReason.OUT_OF_MEMORY);
        assertThat(report.crashHead()).endsWith("(mmap) failed to map 16384 bytes for committing reserved memory.");
    }

    @Test
    void C056_unreadableCrashLogIsStillACrash() {
        Path log = directory.resolve("hs_err_2.log");

        ExitReport report = ExitReport.of(1, log, List.of());

        assertThat(report.reason()).isEqualTo(ExitReason.NATIVE_CRASH);
        assertThat(report.describe())
                .isEqualTo("crashed in native code: fatal error (exit value 1) (crash log " + log + ")");
    }
}

package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CrashTests {

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"-XX:-CreateCoredumpOnCrash", "-Dcore=asTheSystemHasIt"})
    void C056_nativeCrashIsToldFromItsLogWhateverTheExitValue(String coreOption) throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Path percent = Files.createDirectory(directory.resolve("100%p"));
        JvmOptions options = new JvmOptions(null, List.of("-Dact=crash", coreOption), Map.of(), elsewhere);

        ChildJvm child = children.start(percent, ClassPath.of(ChildMain.class), options);

        ExitReport report = Children.report(child);
        assertThat(report.reason()).isEqualTo(ExitReason.NATIVE_CRASH);
        assertThat(report.exitValue()).isIn(1, 134);
        assertThat(report.signal()).isEqualTo("SIGSEGV");
        assertThat(report.crashLog()).isEqualTo(percent.resolve("hs_err_" + child.pid() + ".log"));
        assertThat(report.crashHead()).startsWith("SIGSEGV (0xb) at pc=").contains("\nProblematic frame: V  [libjvm");
        assertThat(report.describe())
                .startsWith("crashed in native code: SIGSEGV")
                .endsWith("(crash log " + report.crashLog() + ")")
                .doesNotContain("\n");
        assertThat(elsewhere).isDirectoryNotContaining("glob:**hs_err*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fill-heap", "fill-heap-and-catch"})
    void C053_exhaustedHeapEndsTheChildAndIsReported(String act) throws Exception {
        ChildJvm child = children.start(directory, act, "-Xmx32m");

        ExitReport report = Children.report(child);
        assertThat(report.exitValue()).isEqualTo(3);
        assertThat(report.reason()).isEqualTo(ExitReason.OUT_OF_MEMORY);
        assertThat(report.describe()).isEqualTo("ran out of memory: Java heap space");
    }

    @Test
    void C053_userMayLetTasksCatchTheError() throws Exception {
        ChildJvm child = children.start(directory, "fill-heap-and-catch", "-Xmx32m", "-XX:-ExitOnOutOfMemoryError");

        assertThat(Children.exitValue(child)).isZero();
        assertThat(Children.output(child)).containsExactly("caught");
    }

    @Test
    void C053_errorThatEndsTheMainThreadIsReported() throws Exception {
        ChildJvm child = children.start(directory, "fill-heap", "-Xmx32m", "-XX:-ExitOnOutOfMemoryError");

        ExitReport report = Children.report(child);
        assertThat(report.exitValue()).isEqualTo(1);
        assertThat(report.describe()).isEqualTo("ran out of memory: Java heap space");
    }

    @Test
    void C053_crashOnExhaustedHeapIsReportedAsOutOfMemory() throws Exception {
        ChildJvm child = children.start(directory, "fill-heap", "-Xmx32m", "-XX:+CrashOnOutOfMemoryError");

        ExitReport report = Children.report(child);
        assertThat(report.crashLog()).isNotNull();
        assertThat(report.reason()).isEqualTo(ExitReason.OUT_OF_MEMORY);
        assertThat(report.describe()).isEqualTo("ran out of memory: Java heap space");
    }

    @Test
    void C056_C118_crashLogOfAnEarlierProcessWithTheSameIdIsIgnored_whateverTheClockSays() throws Exception {
        ChildJvm child;
        Path log;
        int attempts = 0;
        do {
            leaveLogsOfNextProcesses();
            child = children.start(directory, "wait");
            log = directory.resolve("hs_err_" + child.pid() + ".log");
            attempts++; // threads have ids too, of which somebody else may use up thousands in between
        } while (Files.notExists(log) && attempts < 20);
        assertThat(log).exists();
        assertThat(child.crashLog()).isNull();

        // Written anew, after the clock was set back.
        Files.setLastModifiedTime(log, FileTime.from(Instant.now().minusSeconds(3600)));

        assertThat(child.crashLog()).isEqualTo(log);
    }

    private void leaveLogsOfNextProcesses() throws IOException {
        long latest = new ProcessBuilder("true").start().pid();
        Path limit = Path.of("/proc/sys/kernel/pid_max");
        long most = Files.exists(limit) ? Long.parseLong(Files.readString(limit).strip()) : Long.MAX_VALUE;
        for (long pid = latest; pid < latest + 2000; pid++) {
            // Behind the largest the system goes on at 300.
            Path log = directory.resolve("hs_err_" + (pid < most ? pid : 300 + pid - most) + ".log");
            if (Files.notExists(log)) {
                Files.createFile(log);
            }
        }
    }
}

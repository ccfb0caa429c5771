package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledIf(value = "org.poolmanager.launch.EndOfParent#canKill", disabledReason = "there is no setpriv")
class ArchiveKindTests {

    private static final String RELEASE =
            "IMPLEMENTOR=\"x\"\nJAVA_RUNTIME_VERSION=\"25.0.3+9\"\nJAVA_VERSION=\"25.0.3\"\n";

    @ParameterizedTest
    @ValueSource(strings = {"JAVA_VERSION=\"25\"", RELEASE, "JAVA_VERSION=\"26-ea\"", "JAVA_VERSION=\"100.1\""})
    void newJdksCanHaveAnAotCache(String release) {
        assertThat(ArchiveKind.bestFor(release, List.of())).isEqualTo(ArchiveKind.AOT_CACHE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "JAVA_VERSION=\"24.0.2\"",
                "JAVA_VERSION=\"17.0.15\"",
                "JAVA_VERSION=\"1.8.0_25\"",
                "VERSION=\"25\"",
                "GRAALVM_VERSION=\"25.0.1\"\nJAVA_VERSION=\"25.0.1\""
            })
    void olderAndUnknownOnesCannot(String release) {
        assertThat(ArchiveKind.bestFor(release, List.of())).isEqualTo(ArchiveKind.CLASS_DATA);
    }

    @Test
    void triedOptionsChangeNothing() {
        List<String> tried = List.of(
                "-Xmx64m",
                "-Xms64m",
                "-Xmn8m",
                "-Xss2m",
                "-Xint",
                "-Xrs",
                "-Xlog:gc",
                "-ea",
                "-esa",
                "-Dname=value",
                "-XX:+UseParallelGC",
                "-XX:-UseCompactObjectHeaders",
                "-XX:MaxRAMPercentage=10",
                "-XX:TieredStopAtLevel=1",
                "-XX:+HeapDumpOnOutOfMemoryError",
                "-XX:HeapDumpPath=/tmp",
                "-XX:+ExitOnOutOfMemoryError",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--enable-preview",
                "-Djdk.xml.entityExpansionLimit=0");
        assertThat(ArchiveKind.bestFor(RELEASE, tried)).isEqualTo(ArchiveKind.AOT_CACHE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:StartFlightRecording",
                "-XX:StartFlightRecording=filename=x.jfr",
                "-Dcom.sun.management.jmxremote",
                "-Dcom.sun.management.jmxremote.port=0",
                "-Djdk.module.showModuleResolution=true",
                "-XX:-CompactStrings",
                "-XX:+UseZGC",
                "-XX:+UseJVMCICompiler",
                "-XX:TypeProfileLevel=0",
                "-XX:-UseCompressedOops",
                "--illegal-native-access=deny",
                "--add-reads=java.base=ALL-UNNAMED",
                "--show-module-resolution",
                "-Xverify:none",
                "-Xbatch",
                "-Xlogging",
                "-XX:+UseParallelGCs"
            })
    void othersMayNotGoWithOne(String option) {
        assertThat(ArchiveKind.bestFor(RELEASE, List.of("-ea", option))).isEqualTo(ArchiveKind.CLASS_DATA);
    }
}

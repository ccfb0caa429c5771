package org.poolmanager.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CommandLineTests {

    private static final Path FILE = Path.of("/run/launch-1.args");

    @Test
    void secretsAreNeitherReadableNorInTheProcessList() {
        CommandLine line = line("-Dapp.password=hunter2", "-DAPI_TOKEN=hunter3", "-Dname=value", "-Xmx64m");

        assertThat(line.readable())
                .contains("-Dapp.password=****", "-DAPI_TOKEN=****", "-Dname=value", "-Xmx64m", "<1 entries>", "Main")
                .doesNotContain("hunter");
        assertThat(line.command(FILE)).noneMatch(word -> word.contains("hunter"));
        assertThat(new JvmOptions(null, List.of("-Dkey=hunter2"), Map.of("NAME", "hunter3"), null).toString())
                .doesNotContain("hunter");
    }

    @Test
    void optionsOfTheUserComeLastButTheClassPathIsOurs() {
        List<String> arguments = line("-Xmx64m", "-cp", "theirs").fileArguments();

        assertThat(arguments).endsWith("-Xmx64m", "-cp", "theirs", "-cp", "/lib/a.jar");
        assertThat(line().command(FILE)).endsWith("@/run/launch-1.args", "Main");
    }

    @Test
    void C108_ourCollectorGoesWhenTheUserHasOne() {
        assertThat(line("-XX:+UseZGC").command(FILE)).doesNotContain("-XX:+UseSerialGC");
        assertThat(line("-XX:VMOptionsFile=x").command(FILE)).doesNotContain("-XX:+UseSerialGC");
        assertThat(line("-XX:+UseGCOverheadLimit").command(FILE)).contains("-XX:+UseSerialGC");
    }

    @Test
    void C109_onlyHarmlessOptionsOfTheParentAreInherited() {
        List<String> wanted = List.of(
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-modules=java.sql",
                "-ea",
                "-Dfile.encoding=UTF-8",
                "-Duser.timezone=UTC",
                "-Duser.variant=POSIX",
                "-Djava.locale.providers=COMPAT",
                "-Dhttps.proxyHost=proxy",
                "-DsocksProxyHost=proxy",
                "-Djdk.tls.client.protocols=TLSv1.3",
                "-Djavax.net.ssl.trustStore=/trust");
        List<String> unwanted = List.of(
                "-agentlib:jdwp=transport=dt_socket,address=5005",
                "-javaagent:agent.jar",
                "-Dcom.sun.management.jmxremote.port=9999",
                "-Xmx4g",
                "-XX:TieredStopAtLevel=1",
                "-XX:SharedArchiveFile=app.jsa",
                "-Xlog:gc:file=gc.log",
                "--add-modules=org.example.only.on.the.module.path",
                "--module-path=/modules",
                "-Djdk.module.main=app",
                "-Dserver.port=8080",
                "-Dspring.profiles.active=prod");

        assertThat(InheritedFlags.allowed(wanted)).isEqualTo(wanted);
        assertThat(InheritedFlags.allowed(unwanted)).isEmpty();
    }

    @Test
    void C109_accessForModulesOfTheParentBecomesAccessForTheClassPath() {
        List<String> ofParent = List.of(
                "--add-opens=java.base/java.lang=app.module",
                "--add-opens=app.module/app=ALL-UNNAMED",
                "--add-modules=app.module,java.sql",
                "--enable-native-access=app.module");

        assertThat(InheritedFlags.allowed(ofParent))
                .containsExactly(
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "--add-modules=java.sql",
                        "--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void C109_accessThatTheManifestOfTheParentsJarGivesIsInherited(@TempDir Path directory) throws Exception {
        Path jar = jar(
                directory.resolve("my app.jar"),
                Map.of(
                        "Main-Class",
                        ChildMain.class.getName(),
                        "Class-Path",
                        asUrls(ClassPath.of(ChildMain.class)),
                        "Add-Exports",
                        "java.base/sun.nio.ch",
                        "Add-Opens",
                        "java.base/java.lang  java.base/java.util org.example/org.example java.base java.base/no.such"
                                + " java.base/java.io,java.base/java.net",
                        "Enable-Native-Access",
                        "ALL-UNNAMED"));
        List<String> access = List.of(
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED");
        List<String> ofNative =
                Runtime.version().feature() >= 22 ? List.of("--enable-native-access=ALL-UNNAMED") : List.of();

        assertThat(outputOf("-Dact=flags", "-jar", jar.toString(), "an argument"))
                .containsExactlyElementsOf(
                        Stream.of(access, ofNative).flatMap(List::stream).toList());
        // Like any JVM that has another main class, it has not looked at the manifest.
        assertThat(outputOf("-Dact=flags", "-cp", jar.toString(), ChildMain.class.getName()))
                .isEmpty();
    }

    private static Path jar(Path file, Map<String, String> attributes) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
        new JarOutputStream(Files.newOutputStream(file), manifest).close();
        return file;
    }

    private static String asUrls(ClassPath classPath) {
        return classPath.entries().stream()
                .map(entry -> entry.toUri().toString())
                .collect(Collectors.joining(" "));
    }

    private static List<String> outputOf(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        try (BufferedReader lines = process.inputReader()) {
            return lines.lines().toList();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void C109_variablesReadByTheJvmAreRemovedUnlessTheUserSetsThem() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "JAVA_TOOL_OPTIONS", "-agentlib:jdwp=suspend=y",
                "_JAVA_OPTIONS", "-Xmx4g",
                "JDK_JAVA_OPTIONS", "-ea",
                "CLASSPATH", "/x",
                "LOADER_MAIN", "Other",
                "PATH", "/bin"));

        ChildEnvironment.apply(environment, Map.of("JDK_JAVA_OPTIONS", "-da", "MINE", "1"));

        assertThat(environment).isEqualTo(Map.of("PATH", "/bin", "JDK_JAVA_OPTIONS", "-da", "MINE", "1"));
    }

    @Test
    void argumentsAreQuotedForTheArgumentFile() {
        assertThat(ArgumentFile.quoted("C:\\a b\\\"c\"\n#d")).isEqualTo("\"C:\\\\a b\\\\\\\"c\\\"\\n#d\"");
    }

    private static CommandLine line(String... userArguments) {
        ClassPath classPath = ClassPath.ofEntries(List.of(Path.of("/lib/a.jar")));
        return new CommandLine(
                Path.of("/jdk/bin/java"), "Main", classPath, List.of(userArguments), Path.of("/run"), List.of());
    }
}

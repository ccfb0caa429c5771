package org.poolmanager.boot.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor.Settings;

/** An application that was processed ahead of time, as the build plug-in of Boot does it. */
class AheadOfTimeTests {

    private static final String CLASS_PATH = System.getProperty("java.class.path");

    private static final String[] TELLING = {"--poolmanager.pools.p.worker=telling", "--poolmanager.pools.p.size=1"};

    @TempDir
    private static Path directory;

    @BeforeAll
    static void process() throws IOException {
        process(SmallApplication.class, arguments(2));
        process(MethodsApplication.class, TELLING);
    }

    private static void process(Class<?> application, String... arguments) throws IOException {
        Path own = directory.resolve(application.getSimpleName());
        Settings settings = Settings.builder()
                .sourceOutput(own.resolve("sources"))
                .resourceOutput(own.resolve("classes"))
                .classOutput(own.resolve("classes"))
                .groupId("org.poolmanager")
                .artifactId(application.getSimpleName())
                .build();
        new SpringApplicationAotProcessor(application, settings, arguments).process();
        compile(own);
    }

    private static String[] arguments(int size, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--poolmanager.pools.square.worker=org.poolmanager.boot.workers.Square",
                "--poolmanager.pools.square.size=" + size));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private static void compile(Path own) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> sources = Files.walk(own.resolve("sources"))) {
            List<Path> all =
                    sources.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(all).isNotEmpty();
            List<String> options = List.of(
                    "-d",
                    own.resolve("classes").toString(),
                    "-cp",
                    own.resolve("classes") + File.pathSeparator + CLASS_PATH,
                    "-parameters",
                    "-proc:none",
                    "-nowarn");
            assertThat(compiler.getTask(null, files, null, options, null, files.getJavaFileObjectsFromPaths(all))
                            .call())
                    .isTrue();
        }
    }

    @Test
    @DisplayName("5.11: an application that was processed ahead of time has its pools, with the values of this run")
    void runsOnTheJvm() throws Exception {
        assertThat(run(SmallApplication.class, List.of("-Dspring.aot.enabled=true"), arguments(1)))
                .contains("Starting AOT-processed SmallApplication")
                .contains("The squares are [4, 9] of 1 workers");
    }

    @Test
    @DisplayName("5.11: what bean methods make, and their calls of each other, are the same in a child as without it")
    void beanMethods() throws Exception {
        for (String aot : List.of("false", "true")) {
            assertThat(run(MethodsApplication.class, List.of("-Dspring.aot.enabled=" + aot), TELLING))
                    .contains("The worker says [x: quality 90, same counter true]");
        }
    }

    @Test
    @DisplayName("5.11: a native image, which cannot start child JVMs, ends at once and says what to do; threads work")
    void nativeImageFailsEarly() throws Exception {
        String image = "-Dorg.graalvm.nativeimage.imagecode=runtime";
        assertThat(run(NativeProgram.class, List.of(image)))
                .contains("poolmanager.pools.square")
                .contains("This application is a native image, and has no JVM that the workers of pool 'square' could"
                        + " run in.");
        assertThat(run(NativeProgram.class, List.of(image), "poolmanager.pools.square.isolation=thread"))
                .contains("started");
    }

    private static String run(Class<?> main, List<String> options, String... arguments) throws Exception {
        Class<?> processed = main == NativeProgram.class ? SmallApplication.class : main;
        Path classes = directory.resolve(processed.getSimpleName()).resolve("classes");
        Path output = directory.resolve("output");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", classes + File.pathSeparator + CLASS_PATH, main.getName()));
        command.addAll(List.of(arguments));
        Process application = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(application.waitFor(60, TimeUnit.SECONDS))
                    .as(() -> "ended: " + output)
                    .isTrue();
        } finally {
            application.destroyForcibly();
        }
        return Files.readString(output);
    }
}

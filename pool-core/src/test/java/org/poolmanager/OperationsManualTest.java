package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pool says, and what docs/operations.md says about it. */
@DisplayName("The messages in the operations manual")
class OperationsManualTest {

    private static final Path PAGE = Path.of("..", "docs", "operations.md");

    private static final List<Path> SOURCES = List.of(
            Path.of("src", "main", "java"), Path.of("..", "pool-spring-boot-autoconfigure", "src", "main", "java"));

    private static String page = "";

    private static String sources = "";

    /** With what a line break has split put together again. */
    @BeforeAll
    static void read() throws IOException {
        page = Files.readString(PAGE).replaceAll("\\s+", " ");
        sources = SOURCES.stream()
                .flatMap(OperationsManualTest::filesIn)
                .filter(file -> file.toString().endsWith(".java"))
                .map(OperationsManualTest::text)
                .collect(Collectors.joining("\n"))
                .replaceAll("\"\\s*\\+\\s*\"", "");
    }

    private static Stream<Path> filesIn(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The parts of messages between names and numbers. */
    static List<String> phrases() {
        return List.of(
                // ends of workers
                "exited with value",
                "ran out of memory",
                "killed from outside or by the system's out-of-memory killer",
                "asked to end from outside",
                "crashed in native code: ",
                "no crash log found",
                "its process ended itself after an error of its JVM",
                "ended for an unknown reason",
                "the pool could not read what it sent: ",
                "; its process was killed",
                "had finished, but its result was lost",
                "the pool's own thread for it failed",
                "its thread ended by ",
                "its thread was interrupted and left to itself",
                "The task is in quarantine now",
                " workers ran out of memory when they had it, before they began it",
                "insufficient memory for the Java Runtime",
                "unable to create native thread",
                "the pool killed it because its task ran over its task-timeout",
                "the pool killed it because its task had stopped reporting progress (stall-timeout)",
                "the pool killed it because it gave no sign of life (hang-timeout)",
                "the pool killed it because its running task was cancelled",
                "an operator had it killed",
                "the pool was made smaller",
                "the pool ended it because it was closed",
                "the pool replaced it by a fresh one",
                // limits
                ", and never began",
                ", and then ended by itself",
                "it had reported progress, and then none for ",
                "the process of its worker gave no sign of life",
                // what does not travel
                "is not on the list of classes that a worker may send",
                "levels deep, which is refused as an attack",
                "bytes is refused as an attack",
                "steps are refused as an attack",
                "is missing in the JVM that reads it",
                "is nested too deeply to be encoded",
                "an object is nested too deeply to be read",
                "does not fit into this JVM's memory when encoded",
                " cannot be read: its ",
                " cannot be serialized: ",
                " cannot be encoded: ",
                "an object cannot be read: ",
                "more than max-payload (",
                " bytes do not fit into the memory of the JVM that was to take them",
                " bytes does not fit into this JVM's memory",
                "' cannot send ",
                "is not java.io.Serializable",
                " cannot travel to a child JVM",
                // full
                "may be unfinished)",
                "this is one of its own threads",
                // start
                "could not be started: ",
                "could not build its target",
                "was not ready within its ",
                "was killed before it was ready: ",
                "no directory for the sockets of child JVMs can be created",
                "characters that the platform encoding ",
                "was interrupted while it started",
                "could not be launched: ",
                "Cannot write the argument file of a child JVM in ",
                "Make room there",
                "Cannot start a child JVM: ",
                " Command: ",
                "This JVM, or the system, has no file descriptor left",
                "No further thread or process can be made",
                "A class of this JVM could not be loaded",
                "No thread could be made for it",
                " and was given up",
                " was not started: the pool is closing",
                "is broken: no worker is left, and ",
                " cannot run: ",
                // the class path
                ", where no child JVM can read them",
                " into a directory under ",
                " has no jar or class directory '",
                "The class path of a child JVM must not be empty",
                "The class path entry '",
                // Spring
                "The configuration of a pool is invalid",
                "A pool could not be stopped in good order",
                "A bean of the application takes the place of the pool 'poolmanager.pools.",
                // life
                "has not been started: call start() first",
                "is closing and accepts nothing any more",
                "' is closed",
                "a pool can be started again once it is closed",
                "was closed while it started",
                "was closed while a task waited for room; it has been started again since",
                " and accepts nothing",
                "' was closed meanwhile",
                "' cannot change any more",
                "was cancelled before it began",
                "was cancelled while it ran; its worker was replaced",
                "' has no worker ",
                "There is no task with id ",
                " in the quarantine of pool '",
                "' has no logger '",
                " has not shown its stack within ",
                "is being started or is ending: only one that is idle or busy can be killed",
                "' has left meanwhile",
                " tasks had been fed",
                "The feeder was interrupted",
                // log lines
                "could not make a thread for the replacement of worker ",
                "The connection to the parent broke: ",
                "The watch over this worker's tasks has failed: ",
                "[FAILED toString(): ");
    }

    @ParameterizedTest
    @MethodSource("phrases")
    @DisplayName("each has its line")
    void isExplained(String phrase) {
        assertThat(sources).as("the sources still say it").contains(phrase);
        assertThat(page.contains(phrase.strip()))
                .as("docs/operations.md has a word on '%s'", phrase)
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(WorkerExit.class)
    @DisplayName("each reason for the end of a worker has its word")
    void reasonIsExplained(WorkerExit reason) {
        assertThat(page).contains("`" + reason + "`");
    }

    @Test
    @DisplayName("each limit that can end a task has its line")
    void limitsAreExplained() {
        assertThat(List.of("queue-timeout", "soft-timeout", "task-timeout", "stall-timeout", "hang-timeout"))
                .allMatch(limit -> page.contains("| `" + limit + "` |"));
    }
}

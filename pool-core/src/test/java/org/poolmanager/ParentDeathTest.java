package org.poolmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeftovers.class)
@DisplayName("End of the parent")
class ParentDeathTest {

    private static final Duration GATE = Duration.ofSeconds(3);

    private static long millisUntilGone(List<ProcessHandle> children, long start) {
        return millisUntilGone(children, start, GATE);
    }

    private static long millisUntilGone(List<ProcessHandle> children, long start, Duration gate) {
        await().atMost(gate)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> children.stream().noneMatch(ParentJvm::isRunning));
        return (System.nanoTime() - start) / 1_000_000;
    }

    @ParameterizedTest
    @ValueSource(strings = {"idle", "spinning", "sleeping", "collecting", "writing", "starting"})
    @DisplayName("C101: a parent killed leaves no child behind, whatever that does")
    void c101ParentKilled(String phase) throws Exception {
        Duration gate = GATE;
        long begin = System.nanoTime();
        try (ParentJvm parent = ParentJvm.start(phase)) {
            List<ProcessHandle> children = new ArrayList<>();
            if ("starting".equals(phase)) {
                ProcessHandle handle = parent.process().toHandle();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> handle.children().count() == 2);
                handle.children().forEach(children::add);
                // Before its JVM has started no child can notice anything; the parent's took so long.
                gate = GATE.plusNanos(System.nanoTime() - begin);
            } else {
                children.addAll(parent.awaitWorkers());
            }
            assertThat(children).hasSize(2);
            long start = System.nanoTime();
            parent.signal("KILL");
            System.out.println(
                    "C101 " + phase + ": last child gone after " + millisUntilGone(children, start, gate) + " ms");
        }
    }

    @Test
    @DisplayName("C101: with a parent that is killed, its workers' own pools go")
    void c101Nested() throws Exception {
        killParentOf("nested");
    }

    @Test
    @DisplayName("C066, C101: with a parent that is killed, what its workers' tasks have started goes")
    void c101Programs() throws Exception {
        killParentOf("program");
    }

    private static void killParentOf(String what) throws Exception {
        try (ParentJvm parent = ParentJvm.start(what)) {
            List<ProcessHandle> processes = parent.awaitWorkers();
            assertThat(processes).hasSize(4).allMatch(ParentJvm::isRunning);
            long start = System.nanoTime();
            parent.signal("KILL");
            System.out.println("C101 " + what + ": last one gone after " + millisUntilGone(processes, start) + " ms");
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C101: a parent killed leaves no child behind, at whatever moment of a pool's life")
    void c101AtAnyMoment(Lingering.Moment moment) throws Exception {
        long begin = System.nanoTime();
        try (ParentJvm parent = ParentJvm.start("at", moment)) {
            parent.awaitWorkers();
            // While workers are recycled, the JVM of one may be about to start, as two have done one after the other.
            Duration gate =
                    moment == Lingering.Moment.RECYCLING ? GATE.plusNanos((System.nanoTime() - begin) / 2) : GATE;
            parent.signal("STOP"); // so that it starts no more of them while they are counted
            List<ProcessHandle> children = parent.process().descendants().toList();
            assertThat(children).isNotEmpty();
            long start = System.nanoTime();
            parent.signal("KILL");
            System.out.println("C101 " + moment + ": last of " + children.size() + " children gone after "
                    + millisUntilGone(children, start, gate) + " ms");
        }
    }

    @Test
    @DisplayName("C101: the same where the parent is the first process of a container, which collects no orphans")
    void c101FirstProcess() throws Exception {
        assumeTrue(
                new ProcessBuilder("unshare", "-pf", "--mount-proc", "true")
                                .redirectErrorStream(true)
                                .start()
                                .waitFor()
                        == 0,
                "only root may have process ids of its own");
        try (ParentJvm parent = ParentJvm.startWith(List.of("unshare", "-pf", "--mount-proc"), "contained")) {
            assertThat(parent.nextLine()).isEqualTo("pid 1, 2 lost, 4 done, 0 orphans running");
            assertThat(parent.awaitExit()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"idle", "spinning"})
    @DisplayName("C101: a stopped child of a killed parent ends as soon as it is continued")
    void c101Stopped(String phase) throws Exception {
        try (ParentJvm parent = ParentJvm.start(phase)) {
            List<ProcessHandle> children = parent.awaitWorkers();
            assertThat(children).hasSize(2);
            ProcessHandle stopped = children.get(0);
            ParentJvm.signal("STOP", stopped.pid());
            parent.signal("KILL");
            millisUntilGone(children.subList(1, 2), System.nanoTime());
            assertThat(ParentJvm.isRunning(stopped)).isTrue();
            long start = System.nanoTime();
            ParentJvm.signal("CONT", stopped.pid());
            System.out.println("C101 stopped, " + phase + ": gone " + millisUntilGone(List.of(stopped), start)
                    + " ms after it was continued");
        }
    }

    @ParameterizedTest(name = "{0}, daemon: {1}")
    @CsvSource({
        "exit, true, 7",
        "exit, false, 7",
        "exception, true, 1",
        "exception, false, 1",
        "TERM, true, 143",
        "TERM, false, 143",
        "INT to all, true, 130",
        "INT to all, false, 130",
        "HUP to all, false, 129"
    })
    @DisplayName(
            "C102: a daemon pool does not hold up the parent's end, another finishes its work; the exit value stays")
    void c102ParentEnds(String how, boolean daemon, int exitValue, @TempDir Path directory) throws Exception {
        try (ParentJvm parent = ParentJvm.start("ending", how, directory, daemon)) {
            List<ProcessHandle> children = parent.awaitWorkers();
            if (how.equals("TERM") || how.endsWith("to all")) {
                assertThat(children).hasSize(1); // of a parent that ends by itself they may be gone by now
            }
            if (how.equals("TERM")) {
                parent.signal(how);
            } else if (how.endsWith("to all")) {
                await().until(() -> count(directory, "begun") > 0);
                parent.signalGroup(how.substring(0, how.indexOf(' ')));
            }
            long start = System.nanoTime();
            assertThat(parent.awaitExit()).isEqualTo(exitValue);
            long took = (System.nanoTime() - start) / 1_000_000;
            System.out.println("C102 " + how + (daemon ? ", daemon" : "") + ": parent gone after " + took
                    + " ms, the last child " + millisUntilGone(children, System.nanoTime()) + " ms later");
            assertThat(took).isLessThan(daemon ? 3000 : 3600);
            assertThat(count(directory, "done")).isEqualTo(daemon ? 0 : 2);
            assertThat(parent.directories()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"callback, false", "daemon-callback, true"})
    @DisplayName("C102: System.exit in a callback of a pool does not wait for the thread that it keeps busy")
    void c102ExitFromCallback(String how, boolean daemon, @TempDir Path directory) throws Exception {
        try (ParentJvm parent = ParentJvm.start("ending", how, directory, daemon)) {
            List<ProcessHandle> children = parent.awaitWorkers();
            long start = System.nanoTime();
            assertThat(parent.awaitExit()).isEqualTo(7);
            long took = (System.nanoTime() - start) / 1_000_000;
            System.out.println("C102 exit in a " + how + ": parent gone after " + took + " ms");
            assertThat(took).isLessThan(3300);
            millisUntilGone(children, System.nanoTime());
            assertThat(count(directory, "done")).isBetween(1L, 2L);
            assertThat(parent.directories()).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "C102: System.exit in a callback: who closes the pool in a shutdown hook does not wait for that thread in vain")
    void c102ExitBesideAClosingHook(@TempDir Path directory) throws Exception {
        try (ParentJvm parent = ParentJvm.start("ending", "callback-beside-a-closing-hook", directory, true)) {
            List<ProcessHandle> children = parent.awaitWorkers();
            long start = System.nanoTime();
            assertThat(parent.awaitExit()).isEqualTo(7);
            long took = (System.nanoTime() - start) / 1_000_000;
            System.out.println(
                    "C102 exit in a callback beside a hook that closes the pool: parent gone after " + took + " ms");
            assertThat(took).isLessThan(3300);
            millisUntilGone(children, System.nanoTime());
            assertThat(parent.directories()).isEmpty();
        }
    }

    private static long count(Path directory, String name) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(name))
                    .count();
        }
    }

    @Test
    @DisplayName("X06: the directory of a pool and each file in it is its owner's alone, and nobody can guess its name")
    void directoryIsPrivate() throws Exception {
        try (var pool = PoolManager.builder(Tasks::twice).size(1).start()) {
            assertThat(pool.map(List.of(1))).containsExactly(2);
            Set<Path> own = ParentJvm.directories(ProcessHandle.current().pid());
            assertThat(own).isNotEmpty();
            for (Path directory : own) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                        .isEqualTo("rwx------");
                Map<String, String> files = permissionsIn(directory);
                System.out.println("X06: " + files);
                assertThat(files).isNotEmpty();
                assertThat(files.values()).allMatch(permissions -> permissions.endsWith("------"));
                assertThat(directory.getFileName().toString()).matches("poolmanager-\\d+-\\d{8,}");
            }
            assertThat(pool.isAlive()).isTrue();
        }
    }

    private static Map<String, String> permissionsIn(Path directory) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                found.put(
                        file.getFileName().toString(),
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
        }
        return found;
    }

    @ParameterizedTest(name = "closed: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("C056, X06: a crash log stays when its pool is closed or its parent killed, and when the next parent"
            + " sweeps")
    void x06CrashLogStays(boolean closed, @TempDir Path place) throws Exception {
        try (ParentJvm victim = ParentJvm.startIn(place, "crashing", closed)) {
            Path log = Path.of(victim.nextLine(Starving.MARK));
            Path directory = log.getParent();
            assertThat(victim.directoriesIn(place)).containsExactly(directory);
            victim.process().destroyForcibly().waitFor();
            if (closed) {
                // What bears no mark of its owner is swept after an hour.
                Files.setLastModifiedTime(directory, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
            }
            long size = Files.size(log);
            try (ParentJvm next = ParentJvm.startIn(place, "idle")) {
                next.awaitWorkers();
                assertThat(permissionsIn(directory))
                        .containsOnlyKeys(log.getFileName().toString());
                assertThat(log).isNotEmptyFile().hasSize(size);
                System.out.println(
                        "X06, C056: " + log.getFileName() + " of " + size + " bytes stays, closed: " + closed);
            }
        }
    }

    @Test
    @DisplayName("X06: what a killed parent left behind is removed by the next, and nothing of a living one")
    void x06Sweep(@TempDir Path place) throws Exception {
        try (ParentJvm victim = ParentJvm.startIn(place, "idle")) {
            victim.awaitWorkers();
            victim.process().destroyForcibly().waitFor();
            int left = victim.directoriesIn(place).size();
            assertThat(left).isPositive();
            try (ParentJvm living = ParentJvm.startIn(place, "idle")) {
                living.awaitWorkers();
                assertThat(victim.directoriesIn(place)).isEmpty();
                try (ParentJvm third = ParentJvm.startIn(place, "idle")) {
                    third.awaitWorkers();
                    assertThat(living.directoriesIn(place)).isNotEmpty();
                    System.out.println(
                            "X06: " + left + " of " + left + " left directories removed, 0 of a living parent");
                }
            }
        }
    }

    @Test
    @DisplayName(
            "X06: links and pipes that somebody has planted do not hold up the sweep or lead it astray, and half-made directories go too")
    void x06Planted(@TempDir Path place) throws Exception {
        long gone = new ProcessBuilder("true").start().pid();
        String mark = ".owner-" + gone + "-1";
        Path precious = Files.createDirectory(place.resolve("precious"));
        Path letter = Files.writeString(precious.resolve("letter"), "kept");
        Files.createFile(precious.resolve(mark));
        Path link = Files.createSymbolicLink(place.resolve("poolmanager-" + gone + "-1"), precious);
        Path withLinkedMark = Files.createDirectory(place.resolve("poolmanager-" + gone + "-2"));
        Files.createSymbolicLink(withLinkedMark.resolve(mark), letter);
        Path withLink = Files.createDirectory(place.resolve("poolmanager-" + gone + "-3"));
        Files.createFile(withLink.resolve(mark));
        Files.createSymbolicLink(withLink.resolve("w0-1.page"), letter);
        Path halfMade = Files.createDirectory(place.resolve("poolmanager-" + gone + "-4"));
        Files.createFile(halfMade.resolve(".new"));
        Files.setLastModifiedTime(halfMade, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        Path beingMade = Files.createDirectory(place.resolve("poolmanager-" + gone + "-5"));
        Files.createFile(beingMade.resolve(".new"));
        Path withPipe = Files.createDirectory(place.resolve("poolmanager-" + gone + "-6"));
        assertThat(new ProcessBuilder("mkfifo", withPipe.resolve(mark).toString())
                        .start()
                        .waitFor())
                .isZero();
        SocketDirectory.sweep(place, place);
        assertThat(letter).hasContent("kept");
        assertThat(withPipe).exists();
        assertThat(link).isSymbolicLink();
        assertThat(withLinkedMark).exists();
        assertThat(withLink).doesNotExist();
        assertThat(halfMade).doesNotExist();
        assertThat(beingMade).exists();
        System.out.println("X06: 0 of 3 planted links followed, 0 of 1 pipe opened, 2 abandoned directories removed");
    }

    @Test
    @DisplayName("X06: what a parent with this one's process id left behind goes too, as in a container that restarts")
    void x06SameProcessId(@TempDir Path place) throws Exception {
        long pid = ProcessHandle.current().pid();
        Path left = Files.createDirectory(place.resolve("poolmanager-" + pid + "-1"));
        Files.createFile(left.resolve(".owner-" + pid + "-1"));
        try (SocketDirectory own = SocketDirectory.createIn(List.of(place))) {
            SocketDirectory.sweep(place, place);
            assertThat(left).doesNotExist();
            assertThat(own.path()).exists();
            try (ParentJvm other = ParentJvm.startIn(place, "idle")) {
                other.awaitWorkers(); // it has swept
                assertThat(own.path()).exists();
            }
        }
        System.out.println("X06: 1 of 1 directory left under this process id removed, 0 of 1 of its own");
    }

    @Test
    @DisplayName("X06: a socket directory is made anew, and never in what somebody has planted in its place")
    void x06NothingOfOthersIsUsed(@TempDir Path place) throws Exception {
        Path elsewhere = Files.createDirectory(place.resolve("elsewhere"));
        for (int i = 0; i < 100; i++) {
            Files.createSymbolicLink(
                    place.resolve("poolmanager-" + ProcessHandle.current().pid() + "-" + i), elsewhere);
        }
        try (SocketDirectory own = SocketDirectory.createIn(List.of(place))) {
            assertThat(Files.isDirectory(own.path(), LinkOption.NOFOLLOW_LINKS)).isTrue();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own.path())))
                    .isEqualTo("rwx------");
        }
        assertThat(elsewhere).isEmptyDirectory();
        System.out.println("X06: 0 of 100 planted directories used");
    }
}

package org.poolmanager.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the child JVMs of these tests run: the property {@code act} says which part. */
public final class ChildMain {

    private ChildMain() {}

    public static void main(String[] args) throws Exception {
        switch (System.getProperty("act")) {
            case "exit" -> System.exit(Integer.getInteger("value"));
            case "halt" -> Runtime.getRuntime().halt(Integer.getInteger("value"));
            case "wait" -> sayAndWait("ready");
            case "spin-in-hook" -> spinInShutdownHook();
            case "talk-and-wait" -> talkAndWait();
            case "start-sleeper" -> startSleeper();
            case "nest" -> nest();
            case "relaunch" -> relaunch();
            case "crash" -> crash();
            case "fill-heap" -> fillHeap();
            case "fill-heap-and-catch" -> fillHeapAndCatch();
            case "unpack-and-wait" -> unpackAndWait();
            case "describe" -> describe();
            case "flags" -> InheritedFlags.ofThisJvm().forEach(System.out::println);
            default -> throw new IllegalArgumentException(System.getProperty("act"));
        }
    }

    private static void sayAndWait(String line) throws IOException {
        System.out.println(line);
        waitForEndOfInput();
    }

    private static void waitForEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            continue;
        }
    }

    private static void spinInShutdownHook() {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            System.out.println("ready");
            while (true) {
                Thread.onSpinWait();
            }
        }));
        System.exit(0);
    }

    private static void talkAndWait() throws IOException {
        System.err.println("last complaint");
        sayAndWait("last words");
    }

    private static void startSleeper() throws IOException {
        Process sleeper = new ProcessBuilder("sleep", "3600").start();
        sayAndWait(Long.toString(sleeper.pid()));
    }

    private static void nest() throws IOException {
        ChildJvm inner = launch(List.of("-Dact=start-sleeper"));
        sayAndWait(inner.pid() + " " + firstLine(inner.stdout()));
    }

    private static void relaunch() throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-Dact=exit", "-Dvalue=42"));
        if (Boolean.getBoolean("unmappable")) {
            arguments.add("-Dx=\ufffd");
        }
        try {
            System.out.println(launch(arguments).onExit().get());
        } catch (LaunchException e) {
            System.out.println(e.getMessage());
        }
    }

    private static ChildJvm launch(List<String> arguments) {
        Path directory = Path.of(System.getProperty("launch.directory"));
        JvmOptions options = new JvmOptions(null, arguments, Map.of(), null);
        return ChildJvm.start(
                ChildMain.class.getName(), ClassPath.of(ChildMain.class), options, directory, ClassSupply.NONE);
    }

    /** By reflection, because a direct use is a compiler warning that cannot be suppressed. */
    private static void crash() throws ReflectiveOperationException {
        Class<?> unsafe = Class.forName("sun.misc.Unsafe");
        Field instance = unsafe.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        unsafe.getMethod("putAddress", long.class, long.class).invoke(instance.get(null), 0L, 0L);
    }

    private static void fillHeap() {
        List<byte[]> kept = new ArrayList<>();
        while (true) {
            kept.add(new byte[1 << 16]);
        }
    }

    private static void fillHeapAndCatch() {
        try {
            fillHeap();
        } catch (OutOfMemoryError e) {
            System.out.println("caught");
        }
    }

    private static void unpackAndWait() throws IOException {
        Path archive = Path.of(System.getProperty("archive"));
        sayAndWait(
                UnpackedArchive.directoryOf(archive).resolve("BOOT-INF/classes").toString());
    }

    private static void describe() throws IOException, URISyntaxException {
        System.out.println("variable=" + System.getenv("POOL_TEST"));
        System.out.println("directory=" + Path.of("").toRealPath());
        System.out.println("collectors="
                + ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .map(GarbageCollectorMXBean::getName)
                        .toList());
        System.out.println("home="
                + Path.of(ChildMain.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI()));
        InputStream greeting = ClassLoader.getSystemResourceAsStream("greeting.txt");
        System.out.println("greeting=" + (greeting == null ? null : firstLine(greeting)));
    }

    private static String firstLine(InputStream stream) throws IOException {
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)).readLine();
    }
}

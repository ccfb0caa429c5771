package org.poolmanager;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;
import org.poolmanager.launch.JvmOptions;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameReader;
import org.poolmanager.wire.FrameType;
import org.poolmanager.wire.FrameWriter;
import org.poolmanager.wire.Scoreboard;
import org.poolmanager.wire.StartConfig;

/**
 * Workers whose processes only pass on here what they are told. Here somebody shows their token, is ready, and answers the
 * first task with whatever bytes a test likes; that costs no start of a JVM.
 */
final class PlayedWorkers implements AutoCloseable {

    /** What is said to a task, and whether that is the last that is heard. */
    record Line(byte[] bytes, boolean dies) {}

    private final byte[] greeting;

    private final LongFunction<Line> script;

    private final Path home;

    private final ServerSocket stage = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    private final ExecutorService players = Executors.newCachedThreadPool();

    /** These are ready, and say that to their first task. */
    PlayedWorkers(Path home, LongFunction<Line> script) throws IOException {
        this(home, new byte[0], script);
    }

    /** These say that instead of being ready. */
    PlayedWorkers(Path home, byte[] greeting) throws IOException {
        this(home, greeting, task -> new Line(new byte[0], true));
    }

    private PlayedWorkers(Path home, byte[] greeting, LongFunction<Line> script) throws IOException {
        this.home = home;
        this.greeting = greeting;
        this.script = script;
        Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/bash
                case "$*" in *WorkerMain*) ;; *) exit 1;; esac
                [ -e '%s' ] && exec '%s/bin/java' "$@"
                exec 3<>/dev/tcp/127.0.0.1/%d
                echo $$ >&3
                exec cat >&3
                """.formatted(curtain(), System.getProperty("java.home"), stage.getLocalPort()));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        players.execute(this::admit);
    }

    JvmOptions jvm() {
        return new JvmOptions(home, List.of(), Map.of(), null);
    }

    private Path curtain() {
        return home.resolve("over");
    }

    /** From now on workers are real. */
    void end() throws IOException {
        Files.createFile(curtain());
    }

    private void admit() {
        try {
            while (true) {
                Socket told = stage.accept();
                players.execute(() -> play(told));
            }
        } catch (IOException e) {
            // It is closed.
        }
    }

    private void play(Socket told) {
        try (told;
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            DataInputStream in = new DataInputStream(told.getInputStream());
            ProcessHandle process = ProcessHandle.of(Long.parseLong(line(in))).orElseThrow();
            StartConfig config = StartConfig.read(in);
            channel.connect(UnixDomainSocketAddress.of(config.socket()));
            channel.write(ByteBuffer.wrap(config.token()));
            if (greeting.length > 0) {
                channel.write(ByteBuffer.wrap(greeting));
                told.getInputStream().readAllBytes(); // until it is killed
                return;
            }
            channel.write(ByteBuffer.wrap(bytes(Frame.of(FrameType.READY, System.nanoTime()))));
            FrameReader reader = new FrameReader(channel, config.maxPayload());
            Frame frame = reader.next();
            while (frame != null && frame.type() != FrameType.TASK) {
                frame = reader.next();
            }
            if (frame == null) {
                return;
            }
            Scoreboard.open(Path.of(config.scoreboard())).begin(frame.id());
            Line line = script.apply(frame.id());
            channel.write(ByteBuffer.wrap(line.bytes));
            if (line.dies) {
                process.destroyForcibly();
            } else {
                told.getInputStream().readAllBytes(); // until it is killed
            }
        } catch (IOException e) {
            // It was killed before it had finished.
        }
    }

    private static String line(DataInputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;
        while ((next = in.readByte()) != '\n') {
            line.write(next);
        }
        return line.toString(StandardCharsets.US_ASCII);
    }

    static byte[] bytes(Frame frame) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            FrameWriter writer = new FrameWriter(Channels.newChannel(bytes));
            writer.begin(frame);
            while (!writer.fill()) {
                writer.flush();
            }
            writer.flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        stage.close();
        players.shutdownNow();
    }
}

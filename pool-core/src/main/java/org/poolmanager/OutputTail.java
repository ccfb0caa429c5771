package org.poolmanager;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Reads what a child prints, so that it never blocks on a full pipe, and remembers the end of it. */
final class OutputTail {

    private static final int LINES = 20;

    private static final int LINE_LENGTH = 500;

    /** A printed line without end must not fill the parent's memory. */
    private static final int MAX_LINE = 64 * 1024;

    private final Life life;

    private final Worker worker;

    private final Worker.Sink sink;

    private final List<Thread> readers = new ArrayList<>();

    /** Guarded by itself. */
    private final Deque<String> tail = new ArrayDeque<>();

    OutputTail(Life life, Worker worker, Worker.Sink sink) {
        this.life = life;
        this.worker = worker;
        this.sink = sink;
    }

    void read(InputStream stream, boolean error, String threadName) {
        Thread reader = new PoolThread(life, threadName, () -> pump(stream, error));
        readers.add(reader);
        reader.start();
    }

    /** The last lines, once the streams have ended, or after a while if a grandchild keeps them open. */
    List<String> lastLines(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (Thread reader : readers) {
            reader.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
        synchronized (tail) {
            return List.copyOf(tail);
        }
    }

    private void pump(InputStream stream, boolean error) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, Charset.defaultCharset()))) {
            String line;
            while ((line = readLine(lines)) != null) {
                remember(line);
                pass(line, error);
            }
        } catch (IOException e) {
            // The stream ends like this when the process is killed.
        }
    }

    /** Whatever becomes of a line, the next ones must be read, or the child stops when the pipe is full. */
    private void pass(String line, boolean error) {
        try {
            sink.printed(worker, error, line);
        } catch (RuntimeException | Error e) {
            // It is kept for the error that this worker may end with.
        }
    }

    private static @org.jspecify.annotations.Nullable String readLine(BufferedReader lines) throws IOException {
        StringBuilder line = new StringBuilder();
        int c;
        while ((c = lines.read()) >= 0) {
            if (c == '\n' || line.length() >= MAX_LINE) {
                return line.toString();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.length() == 0 ? null : line.toString();
    }

    private void remember(String line) {
        synchronized (tail) {
            if (tail.size() == LINES) {
                tail.remove();
            }
            tail.add(line.length() <= LINE_LENGTH ? line : line.substring(0, LINE_LENGTH) + "...");
        }
    }
}

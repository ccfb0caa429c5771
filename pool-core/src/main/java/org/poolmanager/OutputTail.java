package org.poolmanager;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Reads what a child prints, so that it never blocks on a full pipe, and remembers the end of it. */
final class OutputTail {

    private static final int LINES = 20;

    private static final int LINE_LENGTH = 500;

    /** A printed line without end must not fill the parent's memory. */
    private static final int MAX_LINE = 64 * 1024;

    private final Life life;

    /** Null when the worker is gone: a program that holds its streams must not hold its pool as well. */
    private volatile @Nullable Listener listener;

    private final List<Thread> readers = new ArrayList<>();

    /** How many readers pass a line on: the log may make them wait. */
    private final AtomicInteger passing = new AtomicInteger();

    /** Guarded by itself, like the number of lines that have been there. */
    private final Deque<String> tail = new ArrayDeque<>();

    private long lines;

    OutputTail(Life life, Listener listener) {
        this.life = life;
        this.listener = listener;
    }

    /** Told of each line. */
    interface Listener {

        void printed(boolean error, String line);
    }

    void read(InputStream stream, boolean error, String threadName) {
        Thread reader = new PoolThread(life, threadName, () -> pump(stream, error));
        readers.add(reader);
        reader.start();
    }

    /**
     * The last lines, once the streams have ended, or after a while if a program that the child has left behind keeps them
     * open. What a program prints after it has been silent for so long is nobody's, and the threads that wait for it hold
     * nothing of the pool any more.
     */
    List<String> end(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        long before = printed();
        for (Thread reader : readers) {
            reader.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
        if (printed() == before && passing.get() == 0) {
            listener = null;
        }
        synchronized (tail) {
            return List.copyOf(tail);
        }
    }

    private void pump(InputStream stream, boolean error) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.ISO_8859_1))) {
            String line;
            boolean wanted = true;
            while (wanted && (line = readLine(lines)) != null) {
                wanted = take(decoded(line), error);
            }
        } catch (IOException e) {
            // The stream ends like this when the process is killed.
        }
    }

    /**
     * Whatever becomes of a line, the next ones must be read, or the child stops when the pipe is full. A method of its own,
     * so that who waits for the next line holds no listener.
     */
    private boolean take(String line, boolean error) {
        Listener told = listener;
        if (told == null) {
            return false;
        }
        passing.incrementAndGet();
        try {
            remember(line);
            told.printed(error, line);
        } catch (RuntimeException | Error e) {
            // It is kept for the error that this worker may end with.
        } finally {
            passing.decrementAndGet();
        }
        return true;
    }

    /** {@code System.out} of a child writes UTF-8; who writes past it, what its JVM is set to, or anything. */
    private static String decoded(String bytes) {
        byte[] content = bytes.getBytes(StandardCharsets.ISO_8859_1);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(content, Charset.defaultCharset());
        }
    }

    /** Each byte as a character. */
    private static @Nullable String readLine(BufferedReader lines) throws IOException {
        StringBuilder line = new StringBuilder();
        int c;
        while ((c = lines.read()) >= 0 && c != '\n') {
            if (c != '\r') {
                line.append((char) c);
            }
            if (line.length() >= MAX_LINE && !isContinued(lines)) {
                return line.toString();
            }
        }
        return c < 0 && line.length() == 0 ? null : line.toString();
    }

    /** Whether the next byte belongs to the same character. */
    private static boolean isContinued(BufferedReader lines) throws IOException {
        lines.mark(1);
        int next = lines.read();
        lines.reset();
        return (next & 0xC0) == 0x80;
    }

    private long printed() {
        synchronized (tail) {
            return lines;
        }
    }

    private void remember(String line) {
        synchronized (tail) {
            if (tail.size() == LINES) {
                tail.remove();
            }
            lines++;
            tail.add(line.length() <= LINE_LENGTH ? line : line.substring(0, LINE_LENGTH) + "...");
        }
    }
}

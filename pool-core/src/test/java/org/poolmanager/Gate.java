package org.poolmanager;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds tasks until a test lets them go, in whatever process they are, and tells the test which have begun. A task
 * passes by calling {@link #pass}.
 */
final class Gate implements AutoCloseable {

    private final ServerSocket server;

    private final List<Socket> held = new ArrayList<>();

    private final List<String> arrivals = new ArrayList<>();

    private boolean open;

    Gate() {
        try {
            server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread keeper = new Thread(this::keep, "gate-keeper");
        keeper.setDaemon(true);
        keeper.start();
    }

    /** What a task needs to find the gate. */
    int port() {
        return server.getLocalPort();
    }

    /** Called by a task: says that it has begun, and waits for the gate to open. */
    static void pass(int port, String name) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            new DataOutputStream(socket.getOutputStream()).writeUTF(name);
            socket.getInputStream().read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void keep() {
        try {
            while (true) {
                Socket socket = server.accept();
                String name = new DataInputStream(socket.getInputStream()).readUTF();
                synchronized (this) {
                    arrivals.add(name);
                    if (open) {
                        socket.close();
                    } else {
                        held.add(socket);
                    }
                    notifyAll();
                }
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    /** Waits until so many tasks have begun. */
    synchronized List<String> awaitArrivals(int count) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (arrivals.size() < count) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("only " + arrivals + " of " + count + " tasks have begun");
            }
            wait(left / 1_000_000 + 1);
        }
        return List.copyOf(arrivals);
    }

    synchronized List<String> arrivals() {
        return List.copyOf(arrivals);
    }

    /** Lets one held task go. */
    synchronized void letOneGo() throws IOException {
        held.remove(0).close();
    }

    /** Lets so many held tasks go, the latest first: those before may belong to workers that are gone. */
    synchronized void letLatestGo(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            held.remove(held.size() - 1).close();
        }
    }

    /** Lets everybody go, now and later. */
    synchronized void open() {
        open = true;
        for (Socket socket : held) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        held.clear();
    }

    @Override
    public void close() {
        open();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package org.poolmanager.worker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.Connection;
import org.poolmanager.wire.StartConfig;

/**
 * Connects to the parent. The first socket of a JVM takes as long as much of the rest of its start, so a thread of its own
 * opens it while the configuration is read and the target is loaded.
 */
final class Connecting extends Thread {

    private static final String SELECTORS = "java.nio.channels.spi.SelectorProvider";

    /** Where to, and what the connection calls; null until it is known. */
    private @Nullable StartConfig config;

    private @Nullable Runnable whenWritable;

    /** Until the thread is over. */
    private @Nullable Connection connection;

    private @Nullable Throwable problem;

    Connecting() {
        super("poolmanager-connect");
        setDaemon(true);
    }

    /** Says where to. */
    synchronized void to(StartConfig parent, Runnable callback) {
        config = parent;
        whenWritable = callback;
        notifyAll();
    }

    @Override
    public void run() {
        try {
            connection = connect();
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            problem = e;
        }
    }

    /** Waits for the connection. */
    Connection connection() throws IOException, InterruptedException {
        join();
        if (connection == null) {
            throw new IOException("this worker cannot connect to its parent", problem);
        }
        return connection;
    }

    private Connection connect() throws IOException, InterruptedException {
        return connect(open());
    }

    static SocketChannel open() throws IOException {
        chooseSelectors();
        return SocketChannel.open(StandardProtocolFamily.UNIX);
    }

    private synchronized Connection connect(SocketChannel opened) throws IOException, InterruptedException {
        while (config == null || whenWritable == null) {
            wait();
        }
        opened.connect(UnixDomainSocketAddress.of(config.socket()));
        ByteBuffer token = ByteBuffer.wrap(config.token());
        while (token.hasRemaining()) {
            opened.write(token);
        }
        return new Connection(opened, whenWritable);
    }

    /** Else the first channel looks into every jar for somebody who has an own way of waiting for channels. */
    private static void chooseSelectors() {
        if (System.getProperty(SELECTORS) == null
                && System.getProperty("os.name").equals("Linux")) {
            System.setProperty(SELECTORS, "sun.nio.ch.EPollSelectorProvider");
            SelectorProvider.provider();
            System.clearProperty(SELECTORS);
        }
    }
}

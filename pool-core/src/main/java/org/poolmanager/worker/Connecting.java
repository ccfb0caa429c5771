package org.poolmanager.worker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.StartConfig;

/**
 * Connects to the parent. The first socket of a JVM takes as long as much of the rest of its start, so a thread of its own
 * opens it while the target is loaded.
 */
final class Connecting extends Thread {

    private static final String SELECTORS = "java.nio.channels.spi.SelectorProvider";

    private final StartConfig config;

    /** Until the thread is over. */
    private @Nullable SocketChannel channel;

    private @Nullable Throwable problem;

    Connecting(StartConfig config) {
        super("poolmanager-connect");
        this.config = config;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            channel = connect();
        } catch (IOException | RuntimeException | Error e) {
            problem = e;
        }
    }

    /** Waits for the connection. */
    SocketChannel connection() throws IOException, InterruptedException {
        join();
        if (channel == null) {
            throw new IOException("this worker cannot connect to its parent", problem);
        }
        return channel;
    }

    private SocketChannel connect() throws IOException {
        chooseSelectors();
        SocketChannel opened = SocketChannel.open(StandardProtocolFamily.UNIX);
        opened.connect(UnixDomainSocketAddress.of(config.socket()));
        ByteBuffer token = ByteBuffer.wrap(config.token());
        while (token.hasRemaining()) {
            opened.write(token);
        }
        return opened;
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

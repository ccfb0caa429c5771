package org.poolmanager.boot.workers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.poolmanager.worker.PoolProcess;

/** A worker that is ready when the server at a port hangs up, and that cannot be built if that says anything before. */
public final class Held implements PoolProcess<Integer, Integer> {

    Held(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            if (socket.getInputStream().read() >= 0) {
                throw new IllegalStateException("no licence key found");
            }
        }
    }

    @Override
    public Integer run(Integer task) {
        return task * task;
    }
}

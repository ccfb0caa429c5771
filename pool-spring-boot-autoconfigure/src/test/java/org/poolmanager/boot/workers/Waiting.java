package org.poolmanager.boot.workers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.poolmanager.worker.PoolProcess;

/** A worker whose tasks take until the server at the port that they name hangs up. */
public final class Waiting implements PoolProcess<Integer, Integer> {

    @Override
    public Integer run(Integer port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.getInputStream().read() < 0 ? port : 0;
        }
    }
}

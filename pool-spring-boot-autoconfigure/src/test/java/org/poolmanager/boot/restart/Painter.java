package org.poolmanager.boot.restart;

import org.poolmanager.worker.PoolProcess;

/** A worker of the application's own. */
public final class Painter implements PoolProcess<Picture, Picture> {

    @Override
    public Picture run(Picture task) {
        return new Picture(task.name() + " painted");
    }
}

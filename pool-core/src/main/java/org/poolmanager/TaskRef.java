package org.poolmanager;

/** Which task an exception speaks of. */
record TaskRef(String pool, long index, int worker, long workerPid, int attempt) {

    /** One that no worker has had. */
    TaskRef(String pool, long index) {
        this(pool, index, -1, -1, 1);
    }

    String describe() {
        String at = worker < 0 ? "" : " on worker " + worker + (workerPid < 0 ? "" : " (pid " + workerPid + ")");
        return "Task " + index + " of pool '" + pool + "'" + at + (attempt > 1 ? ", attempt " + attempt + "," : "");
    }
}

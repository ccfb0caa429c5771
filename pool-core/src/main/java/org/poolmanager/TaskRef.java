package org.poolmanager;

/** Which task an exception speaks of. */
record TaskRef(String pool, long index, int worker, long workerPid) {

    String describe() {
        String at = worker < 0 ? "" : " on worker " + worker + (workerPid < 0 ? "" : " (pid " + workerPid + ")");
        return "Task " + index + " of pool '" + pool + "'" + at;
    }
}

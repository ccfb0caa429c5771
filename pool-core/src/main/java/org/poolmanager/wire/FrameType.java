package org.poolmanager.wire;

/** What a frame carries, and which way it goes. The ordinal is the byte on the wire: add at the end only. */
public enum FrameType {
    /** To the child: a task. id = task, payload = encoded argument, kind = whether a {@link TaskContext} precedes it. */
    TASK,
    /** To the child: give back every task that has not begun. id = number of the request. */
    RECALL,
    /** To the child: levels of captured loggers. payload = {@link Levels}. */
    LEVELS,
    /** To the child: finish what you hold, run the exit hook, end. */
    STOP,
    /** From the child: the target is built, tasks are welcome. id = what its clock shows. */
    READY,
    /** From the child: the target cannot be built. payload = {@link Thrown}. */
    START_FAILED,
    /** From the child: a task's end. id = task, kind = {@link AnswerKind}, aux = its service time in nanoseconds. */
    ANSWER,
    /** From the child: the tasks given back. id = number of the request, payload = task ids. */
    RECALLED,
    /** From the child: a captured log record. id = the task that ran, 0 for none, payload = {@link LogEvent}. */
    LOG,
    /** From the child: nothing follows; it ends in good order. payload = a {@link Failure} if its exit hook threw, else empty. */
    BYE,
    /** To the child: interrupt the thread of this task, unless it is over. id = task. */
    INTERRUPT,
    /** To the child: show where this task is. id = task. */
    SHOW,
    /** From the child: where a task is. id = task, payload = a {@link Failure} with that stack. */
    SHOWN,
    /** To the child: give a sign of life, on the {@link Scoreboard}. id = its number. */
    PING,
    /** To the child: go on, if you have seen on the {@link Scoreboard} that you were to begin nothing more. */
    PARDON;

    private static final FrameType[] ALL = values();

    static FrameType of(int code) throws ProtocolException {
        if (code < 0 || code >= ALL.length) {
            throw new ProtocolException("unknown frame type " + code);
        }
        return ALL[code];
    }
}

package org.poolmanager;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.poolmanager.Ending.Answer;
import org.poolmanager.launch.ChildJvm;
import org.poolmanager.launch.ExitReason;
import org.poolmanager.launch.ExitReport;
import org.poolmanager.launch.LaunchException;
import org.poolmanager.launch.ResidentSize;
import org.poolmanager.wire.AnswerKind;
import org.poolmanager.wire.Connection;
import org.poolmanager.wire.Failure;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameReader;
import org.poolmanager.wire.FrameType;
import org.poolmanager.wire.Levels;
import org.poolmanager.wire.Payload;
import org.poolmanager.wire.Payloads;
import org.poolmanager.wire.ProtocolException;
import org.poolmanager.wire.RescuingChannel;
import org.poolmanager.wire.Scoreboard;
import org.poolmanager.wire.StartConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A child JVM seen from the parent. Its lane's thread starts it and reads from it; any thread sends and kills. */
final class ProcessWorker implements Worker {

    private static final Logger LOG = LoggerFactory.getLogger(PoolManager.class);

    private static final String MAIN = "org.poolmanager.worker.WorkerMain";

    /** From the end of the connection to the end of the process: the kernel tears it down in milliseconds. */
    private static final Duration TEAR_DOWN = Duration.ofSeconds(2);

    private static final Duration LAST_WORDS = Duration.ofMillis(300);

    private static final int MAX_BATCH = 256;

    /** Short tasks are answered by so many at a time, or more. */
    private static final int SOME = 64;

    private final ProcessWorkers shared;

    private final int id;

    private final Sink sink;

    private final int generation;

    private final OutputTail output;

    private final Outbox outbox = new Outbox();

    private final byte[] token = ProcessWorkers.newToken();

    /** Changed under this object's lock: a kill may come at any moment of the start. */
    private volatile @Nullable ChildJvm child;

    private @Nullable Doorkeeper door;

    private boolean killed;

    private @Nullable Fired overStartLimit;

    private volatile @Nullable Scoreboard scoreboard;

    /** The file of the scoreboard, also when the directory is no longer the pool's. Of the lane. */
    private @Nullable Path page;

    private volatile @Nullable Connection connection;

    /** Of the lane's thread, like all below but the clock's offset. */
    private @Nullable FrameReader reader;

    /** What the child's clock shows less than ours. */
    private volatile long clockOffset;

    private boolean saidGoodbye;

    private @Nullable String complaint;

    private boolean fatal;

    ProcessWorker(ProcessWorkers shared, int id, int generation, Sink sink) {
        this.shared = shared;
        this.id = id;
        this.sink = sink;
        this.generation = generation;
        this.output = new OutputTail(shared.life, (error, line) -> sink.printed(this, error, line));
    }

    // ---- start ----

    @Override
    public void start() throws WorkerStartException, InterruptedException {
        Limits.Workers limits = shared.settings.limits().workers();
        Future<?> alarm = alarm("start-timeout", limits.start());
        try {
            shared.ensureDirectory();
            shared.add(this); // before the levels are read, so that no change of them is missed
            FrameReader frames = connect();
            if (limits.init() != null) {
                alarm.cancel(false);
                alarm = alarm("init-timeout", limits.init());
            }
            shake(frames);
        } catch (WorkerStartException e) {
            giveUp();
            throw e;
        } catch (ProtocolException e) {
            complain(e);
            throw startFailure(e);
        } catch (IOException | LaunchException e) {
            throw startFailure(e);
        } finally {
            alarm.cancel(false);
            closeDoor();
        }
    }

    private Future<?> alarm(String name, Duration limit) {
        long begin = System.nanoTime();
        return shared.clock.in(Nanos.of(limit), () -> endStart(name, limit, begin));
    }

    private FrameReader connect() throws IOException, InterruptedException {
        Scoreboard board = createScoreboard();
        scoreboard = board;
        Connection peer = connect(launchAndAdmit());
        connection = peer;
        return new FrameReader(
                new RescuingChannel(peer, board), shared.settings.wire().maxPayload());
    }

    /** A full disk is told here, in words that do not name it. */
    private Scoreboard createScoreboard() throws IOException {
        Path file = file("page");
        page = file;
        try {
            return Scoreboard.create(file);
        } catch (IOException e) {
            throw new IOException(
                    "its file " + file + " cannot be created (" + e + ")"
                            + (Texts.scarcity(e).isEmpty()
                                    ? ". Make room there, or set java.io.tmpdir to a writable directory"
                                    : ""),
                    e);
        }
    }

    private SocketChannel launchAndAdmit() throws IOException, InterruptedException {
        Doorkeeper listening = listen();
        ChildJvm jvm = launch();
        var unused = jvm.onExit().thenRun(() -> closeDoor(listening));
        try {
            configure(jvm);
            FailurePath.load();
            SocketChannel admitted = listening.admit();
            jvm.started();
            return admitted;
        } catch (IOException e) {
            if (isEnded() || !shared.classes().mayHaveBroken(jvm, awaitExit(jvm))) {
                throw e;
            }
            LOG.warn(
                    "{} crashed before it was ready with {}, which is not used again. It is started without",
                    who(),
                    jvm.classSource());
            closeDoor();
            return launchAndAdmit();
        }
    }

    private void configure(ChildJvm jvm) throws IOException {
        String name = "pool-" + shared.settings.name() + "-worker-" + id;
        output.read(jvm.stdout(), false, name + "-stdout");
        output.read(jvm.stderr(), true, name + "-stderr");
        new StartConfig(
                        token,
                        file("socket").toString(),
                        file("page").toString(),
                        shared.settings.name(),
                        id,
                        shared.settings.wire().maxPayload(),
                        shared.settings.wire().codec(),
                        shared.target,
                        shared.levels())
                .write(jvm.stdin());
    }

    private Connection connect(SocketChannel accepted) throws IOException {
        try {
            return new Connection(accepted, outbox::writable);
        } catch (IOException | RuntimeException | Error e) {
            accepted.close();
            throw e;
        }
    }

    private Doorkeeper listen() throws IOException {
        Doorkeeper listening = new Doorkeeper(file("socket"), token);
        synchronized (this) {
            door = listening;
        }
        listening.open();
        return listening;
    }

    /** Without this object's lock: a launch may hang, and whoever kills this worker must not wait for it. */
    private ChildJvm launch() throws IOException {
        if (isEnded()) {
            throw new IOException("the pool is closing");
        }
        ChildJvm jvm = shared.classes().start(MAIN);
        adopt(jvm);
        return jvm;
    }

    private synchronized void adopt(ChildJvm jvm) {
        child = jvm;
        if (killed) {
            jvm.kill(); // whoever wanted that meanwhile has not found it
        }
    }

    private void shake(FrameReader frames) throws IOException, WorkerStartException {
        reader = frames;
        Frame frame;
        while ((frame = frames.next()) != null) {
            switch (frame.type()) {
                case READY -> {
                    clockOffset = System.nanoTime() - frame.id();
                    assert connection != null;
                    outbox.open(connection);
                    outbox.flush();
                    ready();
                    return;
                }
                case LOG -> sink.logged(this, frame.id(), frame.payload());
                case START_FAILED -> {
                    Throwable described =
                            Failure.decode(frame.payload()).thrown().toThrowable();
                    throw new WorkerStartException(
                            who() + " could not build its target: " + described, shared.problem(frame.packed()));
                }
                default -> {
                    IOException problem = new IOException("a child does not begin with " + frame.type());
                    complain(problem);
                    throw problem;
                }
            }
        }
        throw new IOException("the child closed the connection");
    }

    private void ready() {
        ChildJvm jvm = child;
        assert jvm != null;
        shared.classes().ready(jvm);
        LOG.debug("{} takes its classes from {}", who(), jvm.classSource());
    }

    private WorkerStartException startFailure(Exception problem) throws InterruptedException {
        ChildJvm jvm;
        Fired late;
        synchronized (this) {
            jvm = child;
            late = overStartLimit;
        }
        if (jvm == null) {
            giveUp();
            String why = late != null
                    ? tooLate(late) + "Its JVM had not been launched by then."
                    : " could not be launched: " + problem.getMessage() + Texts.scarcity(problem);
            return WorkerStartException.ofOurs(who() + why, problem);
        }
        if (late == null) {
            awaitExit(jvm);
        }
        giveUp();
        ExitReport exit = ExitReport.of(awaitExit(jvm), jvm.crashLog(), output.end(LAST_WORDS));
        String what = late != null
                ? tooLate(late)
                : complaint != null
                        ? " was killed before it was ready: " + complaint + ". "
                        : " " + exit.describe() + " before it was ready. ";
        return WorkerStartException.ofOurs(
                who() + what + Texts.lastLines(exit.lastLines()) + "Its command was: " + jvm.commandLine(), problem);
    }

    private static String tooLate(Fired late) {
        return " was not ready within its " + late.name() + " of " + Texts.seconds(late.limit())
                + " and was killed after " + Texts.seconds(late.taken()) + ". ";
    }

    private void giveUp() {
        shared.remove(this);
        kill();
        closeChannel();
        deletePage();
    }

    /** Whether this start is over, whatever the child does. */
    private synchronized boolean isEnded() {
        return killed;
    }

    @SuppressWarnings("ReferenceEquality") // the door of a start before this one has been closed
    private synchronized void closeDoor(Doorkeeper mine) {
        if (door == mine) {
            closeDoor();
        }
    }

    private synchronized void endStart(String name, Duration limit, long begin) {
        overStartLimit = new Fired(name, limit, Duration.ofNanos(System.nanoTime() - begin));
        kill();
    }

    // ---- service ----

    @Override
    public WorkerEnd serve() throws InterruptedException {
        FrameReader frames = reader;
        assert frames != null;
        List<Answer> answers = new ArrayList<>(SOME);
        try {
            while (takeNext(frames, answers)) {
                if (!frames.hasBuffered() || answers.size() >= MAX_BATCH) {
                    passOn(answers);
                    answers = new ArrayList<>(SOME); // and not the same for hours, for the reason that TaskQueue gives
                }
            }
        } catch (EOFException e) {
            // It died in the midst of a frame; why, its exit says.
        } catch (IOException e) {
            complain(e);
        } catch (RuntimeException | Error e) {
            tell(answers, e);
            throw e;
        }
        sink.answered(this, answers);
        return postMortem();
    }

    /** What has been read, and not yet told, is finished work, whatever has gone wrong here since. */
    private void tell(List<Answer> answers, Throwable problem) {
        try {
            sink.answered(this, answers);
        } catch (RuntimeException | Error e) {
            problem.addSuppressed(e);
        }
    }

    /** A child that is not understood must not go on with its tasks. */
    private void complain(IOException problem) {
        complaint = "the pool could not read what it sent: " + problem.getMessage();
        kill();
    }

    /** Takes one frame; a method of its own, so that no answer is held on to while the next is waited for. */
    private boolean takeNext(FrameReader frames, List<Answer> answers) throws IOException {
        Frame frame = frames.next();
        if (frame == null) {
            return false;
        }
        take(frame, answers);
        return true;
    }

    private void take(Frame frame, List<Answer> answers) throws IOException {
        switch (frame.type()) {
            case ANSWER -> {
                AnswerKind kind = AnswerKind.of(frame.kind());
                fatal |= kind == AnswerKind.FATAL;
                Object packed = frame.packed();
                Object raw = kind == AnswerKind.VALUE ? packed : Payload.ofPacked(packed);
                answers.add(new Answer(frame.id(), kind, raw, frame.aux(), Payloads.size(packed)));
            }
            case LOG -> sink.logged(this, frame.id(), frame.payload());
            case SHOWN -> {
                passOn(answers);
                Throwable shown = Failure.decode(frame.payload()).thrown().toThrowable();
                sink.shown(this, frame.id(), List.of(shown.getStackTrace()));
            }
            case RECALLED -> {
                passOn(answers);
                long[] ids = new long[frame.payload().length / Long.BYTES];
                ByteBuffer.wrap(frame.payload()).asLongBuffer().get(ids);
                sink.recalled(this, frame.id(), ids);
                outbox.done(ids.length);
            }
            case BYE -> {
                saidGoodbye = true;
                if (frame.payload().length > 0) {
                    Throwable problem = Failure.decode(frame.payload()).thrown().toThrowable();
                    sink.closeFailed(this, problem);
                }
            }
            default -> throw new IOException("a child does not send " + frame.type());
        }
    }

    private void passOn(List<Answer> answers) {
        if (!answers.isEmpty()) {
            int count = answers.size();
            boolean isShort = answers.get(count - 1).nanos() < Connection.SHORT_TASK;
            try {
                sink.answered(this, answers);
            } finally {
                answers.clear(); // told once, or one that is on the books would pass for that of the next attempt
            }
            outbox.done(count);
            Connection from = connection;
            assert from != null;
            from.expectSoon(isShort);
        }
    }

    private WorkerEnd postMortem() throws InterruptedException {
        PoolThread.forgetInterrupt();
        shared.remove(this);
        outbox.close();
        ChildJvm jvm;
        synchronized (this) {
            jvm = child;
        }
        assert jvm != null;
        int value = awaitExit(jvm);
        closeChannel();
        ExitReport exit = ExitReport.of(value, jvm.crashLog(), output.end(LAST_WORDS));
        Scoreboard board = scoreboard;
        assert board != null;
        deletePage();
        return new WorkerEnd(reason(exit), text(exit), exit, board.begun(), board.finished());
    }

    private WorkerExit reason(ExitReport exit) {
        if (fatal || exit.reason() == ExitReason.OUT_OF_MEMORY) {
            return WorkerExit.OUT_OF_MEMORY;
        }
        return saidGoodbye ? WorkerExit.SHUTDOWN : WorkerExit.CRASH;
    }

    private String text(ExitReport exit) {
        if (complaint != null) {
            return complaint + "; its process was killed";
        }
        return fatal ? "its process ended itself after an error of its JVM" : "its process " + exit.describe();
    }

    private int awaitExit(ChildJvm jvm) throws InterruptedException {
        int value = awaitProcess(jvm);
        if (!jvm.awaitSweep(LAST_WORDS)) {
            shared.sweepsOn(jvm);
        }
        return value;
    }

    private int awaitProcess(ChildJvm jvm) throws InterruptedException {
        for (Duration patience : List.of(TEAR_DOWN, TEAR_DOWN)) {
            try {
                return jvm.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                jvm.kill();
            } catch (ExecutionException e) {
                return jvm.exitValue();
            }
        }
        return jvm.exitValue();
    }

    // ---- from any thread ----

    @Override
    public long pid() {
        ChildJvm jvm = child;
        return jvm == null ? -1 : jvm.pid();
    }

    @Override
    public void send(List<Task> tasks) {
        outbox.addTasks(tasks);
    }

    @Override
    public long @Nullable [] recall(long request) {
        outbox.add(Frame.of(FrameType.RECALL, request));
        return null;
    }

    @Override
    public void interrupt(long task) {
        outbox.add(Frame.of(FrameType.INTERRUPT, task));
    }

    @Override
    public @Nullable List<StackTraceElement> stack(long task) {
        outbox.add(Frame.of(FrameType.SHOW, task));
        return null;
    }

    @Override
    public void ping(long number) {
        outbox.add(Frame.of(FrameType.PING, number));
    }

    @Override
    public boolean isHeard(long number) {
        Scoreboard board = scoreboard;
        Connection from = connection;
        return board == null || from == null || board.pong() >= number || !from.isWaiting();
    }

    @Override
    public long progressAt() {
        Scoreboard board = scoreboard;
        long moment = board == null ? 0 : board.progressAt();
        return moment == 0 ? 0 : moment + clockOffset;
    }

    void levels(Map<String, Integer> levels) {
        outbox.add(Frame.of(FrameType.LEVELS, 0, Levels.encode(levels)));
        flush();
    }

    @Override
    public void stop() {
        outbox.add(Frame.of(FrameType.STOP, 0));
        flush();
    }

    @Override
    public void flush() {
        outbox.flush();
    }

    @Override
    public boolean holdAfter(long answered) {
        Scoreboard board = scoreboard;
        if (board == null) {
            return true;
        }
        board.doom();
        if (board.finished() > answered) {
            board.pardon();
            outbox.add(Frame.of(FrameType.PARDON, 0)); // no recall: behind one nothing is sent until it is answered
            return false;
        }
        return true;
    }

    @Override
    public long begun() {
        Scoreboard board = scoreboard;
        return board == null ? 0 : board.begun();
    }

    @Override
    public long residentBytes() {
        return ResidentSize.of(pid());
    }

    @Override
    public long task() {
        Scoreboard board = scoreboard;
        return board == null ? 0 : board.task();
    }

    @Override
    public WorkerEnd giveUp(Throwable why) throws InterruptedException {
        kill();
        ChildJvm jvm;
        synchronized (this) {
            jvm = child;
        }
        if (jvm != null) {
            awaitExit(jvm);
        }
        outbox.close();
        giveUp();
        return new WorkerEnd(WorkerExit.CRASH, Texts.laneFailed(why), null, begun(), 0);
    }

    @Override
    public synchronized void kill() {
        killed = true;
        ChildJvm jvm = child;
        if (jvm != null) {
            jvm.kill();
        }
        closeDoor();
    }

    private synchronized void closeDoor() {
        try {
            if (door != null) {
                door.close();
            }
        } catch (IOException e) {
            // The directory is removed with the pool.
        }
        door = null;
    }

    private void closeChannel() {
        if (connection != null) {
            try {
                connection.close();
            } catch (IOException e) {
                // Nothing is lost: the process is gone.
            }
        }
    }

    private void deletePage() {
        Path file = page;
        if (file == null) {
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The directory is removed with the pool.
        }
    }

    private Path file(String kind) {
        return shared.directory().resolve("w" + id + "-" + generation + "." + kind);
    }

    private String who() {
        return "Worker " + id + " of pool '" + shared.settings.name() + "'" + (pid() < 0 ? "" : " (pid " + pid() + ")");
    }
}

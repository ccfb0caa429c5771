package org.poolmanager.worker;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.poolmanager.wire.Connection;
import org.poolmanager.wire.Failure;
import org.poolmanager.wire.Frame;
import org.poolmanager.wire.FrameReader;
import org.poolmanager.wire.FrameType;
import org.poolmanager.wire.FrameWriter;
import org.poolmanager.wire.LogEvent;
import org.poolmanager.wire.Payloads;
import org.poolmanager.wire.Scoreboard;
import org.poolmanager.wire.StartConfig;
import org.poolmanager.wire.Thrown;

/**
 * The main class of a child JVM. Reads its configuration from standard input, connects to the parent while it loads
 * the target, builds the target, and then runs tasks on this main thread until it is told to stop.
 *
 * <p>Standard input stays open as the life line: when it ends, the parent is gone, and so is this process at once.
 *
 * <p>Somebody waits for all that happens before {@link FrameType#READY} is sent, in a JVM that has compiled nothing yet. So
 * there are no lambdas of ours on that way, and no machinery that a JVM would set up for this alone.
 */
public final class WorkerMain {

    private static final long PROGRAMS_MILLIS = 1000;

    private final StartConfig config;

    private final LifeLine lifeLine;

    private final Inbox inbox = new Inbox();

    /** Set by {@link #run} and {@link #open}, before any other thread looks. */
    private Scoreboard scoreboard;

    private Connection connection;

    private Outlet outlet;

    private LogCapture capture;

    private Reception reception;

    private TaskThread taskThread;

    @SuppressWarnings("NullAway.Init") // open() is the second half of the construction
    private WorkerMain(StartConfig config, LifeLine lifeLine) {
        this.config = config;
        this.lifeLine = lifeLine;
    }

    /**
     * Called by the parent's command line, not by hand.
     *
     * @param args none
     * @throws Exception if the parent cannot be reached
     */
    public static void main(String[] args) throws Exception {
        Connecting connecting = new Connecting();
        connecting.start();
        TerminalSignals.ignore();
        FileInputStream in = new FileInputStream(FileDescriptor.in);
        StartConfig config = StartConfig.read(new DataInputStream(new BufferedInputStream(in)));
        System.setIn(InputStream.nullInputStream());
        LifeLine lifeLine = new LifeLine(in);
        daemon("poolmanager-life-line", lifeLine);
        new WorkerMain(config, lifeLine).run(connecting);
    }

    /**
     * Ends this process, and the programs that tasks have started, without a word: nobody is left to hear one, and shutdown
     * hooks could hang. So could a look at the processes of a machine in need, which is why another thread has it.
     */
    static void parentIsGone() {
        try {
            Thread killer = new Thread(WorkerMain::killPrograms, "poolmanager-programs");
            killer.setDaemon(true);
            killer.start();
            Thread.interrupted(); // a task may have left one
            killer.join(PROGRAMS_MILLIS);
        } catch (Throwable e) {
            // Whatever it is, this process must end.
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    private static void killPrograms() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }

    private void run(Connecting connecting) throws Exception {
        connecting.to(config, new Runnable() {
            @Override
            public void run() {
                outlet.writable();
            }
        });
        ClassLoader loader = ClassLoader.getSystemClassLoader();
        Payloads payloads = Payloads.java(loader, null, config.maxPayload());
        Target target = null;
        Throwable problem = null;
        try {
            payloads = Payloads.of(config.codec(), loader, null, config.maxPayload());
            target = Target.decode(config.target(), payloads);
        } catch (Exception | LinkageError e) {
            problem = e;
        }
        scoreboard = Scoreboard.open(Path.of(config.scoreboard()));
        open(connecting.connection());
        PoolProcess<@Nullable Object, @Nullable Object> process = null;
        if (target != null) {
            try {
                process = target.build();
                capture.refresh(); // the target may have set up logging anew
            } catch (Throwable e) {
                problem = e;
            }
        }
        if (process == null) {
            assert problem != null;
            outlet.send(
                    Frame.of(
                            FrameType.START_FAILED,
                            0,
                            Failure.of(problem, payloads).encode()),
                    false);
            System.exit(1);
            return;
        }
        outlet.send(Frame.of(FrameType.READY, System.nanoTime()), false);
        TaskProgress.reportTo(scoreboard::progress);
        TaskMdc mdc = new TaskMdc(!config.levels().isEmpty());
        end(process, new TaskLoop(reception, inbox, outlet, scoreboard, taskThread, payloads, process, mdc).run());
    }

    private void open(Connection connected) {
        connection = connected;
        outlet = new Outlet(connection, new FrameWriter(connection, scoreboard), inbox);
        Runtime.getRuntime().addShutdownHook(new Thread("poolmanager-leave") {
            @Override
            public void run() {
                leave();
            }
        });
        capture = LogCapture.install(config.levels(), new Consumer<LogEvent>() {
            @Override
            public void accept(LogEvent event) {
                sendLog(event);
            }
        });
        FrameReader frames = new FrameReader(connection, config.maxPayload());
        taskThread = new TaskThread(scoreboard);
        reception = new Reception(connection, frames, inbox, outlet, capture, taskThread);
        daemon("poolmanager-watch", new Watch(inbox, outlet, reception, connection));
    }

    private void sendLog(LogEvent event) {
        outlet.send(Frame.of(FrameType.LOG, scoreboard.running(), event.encode()), true);
        if (inbox.isIdle()) {
            outlet.flush();
        } else {
            inbox.wakeWatch();
        }
    }

    private void end(PoolProcess<?, ?> process, boolean fit) {
        if (!fit) {
            outlet.flush();
            Runtime.getRuntime().halt(1);
        }
        outlet.send(Frame.of(FrameType.BYE, 0, close(process)), false);
        System.exit(0);
    }

    /** What went wrong with it, for the parent to report; empty if nothing did. */
    private static byte[] close(PoolProcess<?, ?> process) {
        try {
            process.close();
            return new byte[0];
        } catch (Throwable e) {
            return new Failure(Thrown.of(e), null).encode();
        }
    }

    /** An exit has begun: no task begins any more, what is finished is sent, and no thread of ours holds the exit up. */
    private void leave() {
        reception.leave();
        LastWords.sayWhoExits();
        outlet.flush();
        try {
            lifeLine.leave();
        } catch (IOException e) {
            parentIsGone();
        }
        connection.stopReading();
        outlet.writable(); // who waits for the reading thread's word must not wait for ever
    }

    private static void daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }
}

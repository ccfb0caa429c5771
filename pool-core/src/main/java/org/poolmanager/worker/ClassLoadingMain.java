package org.poolmanager.worker;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.poolmanager.wire.Scoreboard;

/**
 * The main class of a JVM that makes a class-data archive, or the record for an AOT cache: it loads classes, and its end
 * does the rest. No class of the user's is initialised, so no code of a worker runs.
 */
public final class ClassLoadingMain {

    private ClassLoadingMain() {}

    /**
     * Called by the parent's command line, not by hand.
     *
     * @param args none; the names come over standard input, which then is the life line
     * @throws IOException if the parent is gone
     */
    public static void main(String[] args) throws IOException {
        TerminalSignals.ignore();
        FileInputStream in = new FileInputStream(FileDescriptor.in);
        DataInputStream names = new DataInputStream(new BufferedInputStream(in));
        Path page = Path.of(names.readUTF());
        String[] classes = new String[names.readInt()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = names.readUTF();
        }
        Thread lifeLine = new Thread(new LifeLine(in), "poolmanager-life-line");
        lifeLine.setDaemon(true);
        lifeLine.start();
        ClassLoader loader = ClassLoader.getSystemClassLoader();
        for (String name : classes) {
            load(name, loader);
        }
        rehearse(page);
    }

    private static void load(String name, ClassLoader loader) {
        try {
            Class.forName(name, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            // It came from a loader of the worker's own, or the jar has changed since.
        }
    }

    /** Goes a worker's way as far as it is the same for all: what a JVM makes up on it is in no list of names. */
    private static void rehearse(Path page) {
        try {
            Connecting.open().close();
            Scoreboard.create(page);
            Scoreboard.open(page);
            Files.delete(page);
        } catch (IOException e) {
            // Then the archive has a little less.
        }
    }
}

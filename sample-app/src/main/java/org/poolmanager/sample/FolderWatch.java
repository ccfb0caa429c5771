package org.poolmanager.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.io.FileSystemResource;
import org.springframework.stereotype.Component;

/**
 * Takes in the files that appear in a folder. One thread does all of it, and waits for room in the pools, so a folder
 * full of documents costs no memory.
 */
@Component
final class FolderWatch implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(FolderWatch.class);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final Intake intake;

    private final DocumentStore store;

    private final WatchedFolder folder;

    private final Duration settle;

    private volatile @Nullable Thread thread;

    FolderWatch(Intake intake, DocumentStore store, IntakeProperties settings) {
        this.intake = intake;
        this.store = store;
        this.folder = new WatchedFolder(settings.folder(), settings.settle());
        this.settle = settings.settle();
    }

    @Override
    public void start() {
        try {
            folder.prepare();
        } catch (IOException e) {
            throw new UncheckedIOException("The folder " + folder.path() + " of intake.folder cannot be used", e);
        }
        Thread watching = new Thread(this::watch, "intake-folder");
        watching.start();
        thread = watching;
        log.info("Watching {}", folder.path());
    }

    @Override
    public void stop() {
        Thread watching = thread;
        if (watching != null) {
            watching.interrupt();
            join(watching);
            thread = null;
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void watch() {
        try (WatchService changes = folder.path().getFileSystem().newWatchService()) {
            folder.path().register(changes, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            String batch = store.open("folder " + folder.path());
            while (true) {
                for (Path file : folder.complete()) {
                    take(batch, file);
                }
                waitForChange(changes);
            }
        } catch (IOException e) {
            log.error("The folder {} is not watched any more", folder.path(), e);
        } catch (InterruptedException e) {
            log.debug("Stopped watching {}", folder.path());
        }
    }

    /** Events only wake us up, the folder itself is the truth: so none can be lost. */
    private void waitForChange(WatchService changes) throws InterruptedException, IOException {
        WatchKey key = folder.isUnsettled() ? changes.poll(settle.toMillis(), TimeUnit.MILLISECONDS) : changes.take();
        if (key != null) {
            key.pollEvents();
            if (!key.reset()) {
                throw new IOException("the folder is gone");
            }
        }
    }

    private void take(String batch, Path file) throws InterruptedException {
        Path claimed;
        try {
            claimed = folder.claim(file);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            log.warn("Cannot take {}", file, e);
            return;
        }
        Entry entry = intake.enter(batch, new FileSystemResource(claimed));
        intake.process(entry, null, ended -> putAway(claimed, ended));
    }

    private void putAway(Path file, Entry ended) {
        Reason why = ended.reason();
        if (why != null && why.problem().passing()) {
            // Not its fault: it stays in `working`, and the next start takes it in again.
            return;
        }
        try {
            folder.putAway(file, why == null);
        } catch (IOException e) {
            log.warn("Cannot put {} away", file, e);
        }
    }

    private static void join(Thread watching) {
        try {
            watching.join(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

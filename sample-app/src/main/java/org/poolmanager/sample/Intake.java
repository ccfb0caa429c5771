package org.poolmanager.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.poolmanager.PoolException;
import org.poolmanager.PoolManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.Resource;
import org.springframework.stereotype.Service;

/** Takes a document in, hands it to both pools and writes down what comes of it, whichever way it came. */
@Service
final class Intake {

    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    private final PoolManager<Document, Extract> extract;

    private final PoolManager<Document, Preview> preview;

    private final DocumentStore store;

    private final Spool spool;

    private final long maxSize;

    Intake(
            PoolManager<Document, Extract> extract,
            PoolManager<Document, Preview> preview,
            DocumentStore store,
            Spool spool,
            IntakeProperties settings) {
        this.extract = extract;
        this.preview = preview;
        this.store = store;
        this.spool = spool;
        this.maxSize = settings.maxSize().toBytes();
    }

    /** Takes a copy of the document, or refuses it. */
    Entry enter(String batch, Resource document) {
        String name = FileNames.clean(document.getFilename());
        long size;
        try {
            size = document.contentLength();
        } catch (IOException e) {
            return refuse(store.add(batch, name, 0), unreadable(e));
        }
        Entry entry = store.add(batch, name, size);
        if (size == 0) {
            return refuse(entry, new Reason(Problem.EMPTY, "Empty: it has no content"));
        }
        if (size > maxSize) {
            String text = "Too large: %,d bytes, and at most %,d are taken".formatted(size, maxSize);
            return refuse(entry, new Reason(Problem.TOO_LARGE, text));
        }
        try {
            spool.keep(entry.id(), document.getInputStream());
            return entry;
        } catch (IOException e) {
            return refuse(entry, unreadable(e));
        }
    }

    /** Like {@link #process(Entry, Duration, Consumer)}, for senders who ask the store how it ended. */
    void process(Entry entry, @Nullable Duration patience) throws InterruptedException {
        process(entry, patience, ended -> {});
    }

    /**
     * Hands the document to both pools, and comes back as soon as both have taken it. Waits for room in each for as long
     * as {@code patience} lasts, null: as long as it takes; a document for which there is no room is refused.
     *
     * @param whenEnded hears how the document ended, on a thread of a pool or on this one
     */
    void process(Entry entry, @Nullable Duration patience, Consumer<Entry> whenEnded) throws InterruptedException {
        if (entry.state().finished()) {
            whenEnded.accept(entry);
            return;
        }
        Document document = new Document(
                entry.id(), entry.name(), spool.document(entry.id()).toFile());
        CompletableFuture<Extract> text = null;
        CompletableFuture<Preview> picture;
        try {
            text = submit(extract, document, patience);
            picture = submit(preview, document, patience);
        } catch (PoolException | IllegalStateException | InterruptedException e) {
            if (text != null) {
                text.cancel(false);
            }
            whenEnded.accept(refuse(entry, Reason.of(e)));
            if (e instanceof InterruptedException interrupt) {
                throw interrupt;
            }
            return;
        }
        follow(store.move(entry.working()), text, picture, whenEnded);
    }

    /** Turns a document away that no pool has. */
    Entry refuse(Entry entry, Reason why) {
        spool.dropDocument(entry.id());
        log.warn("Refused {}: {}", entry.name(), why.text());
        return store.move(entry.refused(why));
    }

    private static <R> CompletableFuture<R> submit(
            PoolManager<Document, R> pool, Document document, @Nullable Duration patience) throws InterruptedException {
        return patience == null ? pool.submit(document) : pool.submit(document, patience);
    }

    private void follow(
            Entry entry,
            CompletableFuture<Extract> text,
            CompletableFuture<Preview> picture,
            Consumer<Entry> whenEnded) {
        CompletableFuture<?> unused = text.<Part<Extract>>handle(Part::new)
                .thenCombine(picture.<Part<Preview>>handle(Part::new), (read, drawn) -> finish(entry, read, drawn))
                .thenAccept(whenEnded)
                .exceptionally(bug -> {
                    log.error("The result of {} is lost", entry.name(), bug);
                    return null;
                });
    }

    private Entry finish(Entry entry, Part<Extract> read, Part<Preview> drawn) {
        spool.dropDocument(entry.id());
        Reason why = Reason.of(read.failure(), drawn.failure());
        Entry.Picture picture = drawn.value() == null ? null : keep(entry, drawn.value());
        if (why == null) {
            log.info("Finished {}", entry.name());
        } else {
            log.warn("Failed {}: {}", entry.name(), why.text());
        }
        return store.move(entry.finished(why, read.value(), picture));
    }

    private Entry.Picture keep(Entry entry, Preview preview) {
        if (preview.png() == null) {
            return new Entry.Picture(0, 0, Objects.requireNonNullElse(preview.note(), "No preview"));
        }
        try {
            Files.write(spool.preview(entry.id()), preview.png());
            return new Entry.Picture(preview.width(), preview.height(), null);
        } catch (IOException e) {
            log.error("The preview of {} cannot be kept", entry.name(), e);
            return new Entry.Picture(0, 0, "The preview could not be kept: " + e);
        }
    }

    private static Reason unreadable(IOException e) {
        return new Reason(Problem.FAILED, "Cannot be taken in: " + e);
    }

    /** What one pool made of the document. */
    private record Part<R>(@Nullable R value, @Nullable Throwable failure) {}
}

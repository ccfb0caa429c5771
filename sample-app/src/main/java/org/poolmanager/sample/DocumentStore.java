package org.poolmanager.sample;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/**
 * What has become of the last documents and batches, and exact counts of all there ever were. Bounded: of the documents
 * that are finished only the last ones are remembered. Every method may be called from any thread.
 */
@Component
final class DocumentStore {

    private static final int BATCHES = 100;

    private final Spool spool;

    private final int keep;

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** The oldest first: the next to be forgotten. */
    private final Deque<String> finished = new ArrayDeque<>();

    /** The one that has had no new document for longest first: the next to be forgotten. */
    private final Map<String, Batch> batches = new LinkedHashMap<>();

    private Batch totals = Batch.empty("all", "since the start");

    DocumentStore(Spool spool, IntakeProperties settings) {
        this.spool = spool;
        this.keep = settings.keep();
    }

    synchronized String open(String source) {
        String id = UUID.randomUUID().toString();
        batches.put(id, Batch.empty(id, source));
        if (batches.size() > BATCHES) {
            batches.remove(batches.keySet().iterator().next());
        }
        return id;
    }

    synchronized Entry add(String batch, String name, long size) {
        Entry entry = Entry.waiting(UUID.randomUUID().toString(), batch, name, size);
        entries.put(entry.id(), entry);
        Batch counts = batches.remove(batch);
        if (counts != null) {
            batches.put(batch, counts.plus(entry.state()));
        }
        totals = totals.plus(entry.state());
        return entry;
    }

    /** Replaces what is known of a document that is not finished yet. */
    synchronized Entry move(Entry entry) {
        Entry before = entries.replace(entry.id(), entry);
        if (before == null || before.state().finished()) {
            throw new IllegalStateException("Document " + entry.id() + " is finished already");
        }
        totals = totals.moved(before.state(), entry.state());
        batches.computeIfPresent(entry.batch(), (id, counts) -> counts.moved(before.state(), entry.state()));
        if (entry.state().finished()) {
            finished.addLast(entry.id());
            forgetOldest();
        }
        return entry;
    }

    synchronized Optional<Entry> find(String id) {
        return Optional.ofNullable(entries.get(id));
    }

    /** The one that has just got further first. */
    synchronized List<Entry> list(Predicate<Entry> which, int limit) {
        return entries.values().stream()
                .filter(which)
                .sorted(Comparator.comparing(Entry::changed).reversed())
                .limit(limit)
                .toList();
    }

    synchronized Optional<Batch> batch(String id) {
        return Optional.ofNullable(batches.get(id));
    }

    /** The one that has just had a document first. */
    synchronized List<Batch> batches() {
        List<Batch> newest = new ArrayList<>(batches.values());
        Collections.reverse(newest);
        return newest;
    }

    synchronized Batch totals() {
        return totals;
    }

    private void forgetOldest() {
        while (finished.size() > keep) {
            String oldest = finished.removeFirst();
            entries.remove(oldest);
            spool.dropPreview(oldest);
        }
    }
}

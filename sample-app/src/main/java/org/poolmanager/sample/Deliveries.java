package org.poolmanager.sample;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.Resource;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.stereotype.Component;

/** Documents that come together and whose sender waits for an answer. */
@Component
final class Deliveries {

    private static final Logger log = LoggerFactory.getLogger(Deliveries.class);

    private final Intake intake;

    private final DocumentStore store;

    private final AsyncTaskExecutor executor;

    private final Duration patience;

    Deliveries(Intake intake, DocumentStore store, AsyncTaskExecutor executor, IntakeProperties settings) {
        this.intake = intake;
        this.store = store;
        this.executor = executor;
        this.patience = settings.patience();
    }

    /**
     * What the sender gets.
     *
     * @param batch to ask how far the documents are
     * @param documents the documents as they stand
     */
    record Receipt(String batch, List<Entry> documents) {}

    /** A single document is with the pools, or refused, when this comes back; several are fed to them in the background. */
    Receipt accept(String source, List<? extends Resource> documents) throws InterruptedException {
        String batch = store.open(source);
        List<Entry> entered = documents.stream()
                .map(document -> intake.enter(batch, document))
                .toList();
        if (entered.size() == 1) {
            intake.process(entered.get(0), patience);
        } else {
            feedInBackground(entered);
        }
        return new Receipt(batch, entered.stream().map(this::latest).toList());
    }

    private void feedInBackground(List<Entry> entries) {
        try {
            executor.execute(() -> feed(entries));
        } catch (TaskRejectedException e) {
            Reason busy = new Reason(Problem.BUSY, "Busy, try again: too many batches wait already");
            entries.stream().filter(entry -> !entry.state().finished()).forEach(entry -> intake.refuse(entry, busy));
        }
    }

    private void feed(List<Entry> entries) {
        try {
            for (Entry entry : entries) {
                intake.process(entry, patience);
            }
        } catch (InterruptedException e) {
            log.info("Stopped while feeding {} documents", entries.size());
            Thread.currentThread().interrupt();
        }
    }

    private Entry latest(Entry entry) {
        return store.find(entry.id()).orElse(entry);
    }
}

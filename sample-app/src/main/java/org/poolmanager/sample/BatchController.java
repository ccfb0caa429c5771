package org.poolmanager.sample;

import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** How far everything is. */
@RestController
@RequestMapping("/batches")
final class BatchController {

    private final DocumentStore store;

    BatchController(DocumentStore store) {
        this.store = store;
    }

    /**
     * All batches that are remembered.
     *
     * @param totals exact counts since the start, forgotten documents included
     * @param batches the one that has just had a document first
     */
    record Overview(Batch totals, List<Batch> batches) {}

    @GetMapping
    Overview overview() {
        return new Overview(store.totals(), store.batches());
    }

    @GetMapping("/{id}")
    ResponseEntity<Batch> batch(@PathVariable String id) {
        return ResponseEntity.of(store.batch(id));
    }
}

package org.poolmanager.sample;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;

/** Documents in, results out. */
@RestController
@RequestMapping("/documents")
final class DocumentController {

    private static final String RETRY_SECONDS = "5";

    private final Deliveries deliveries;

    private final DocumentStore store;

    private final Spool spool;

    DocumentController(Deliveries deliveries, DocumentStore store, Spool spool) {
        this.deliveries = deliveries;
        this.store = store;
        this.spool = spool;
    }

    @PostMapping
    ResponseEntity<Deliveries.Receipt> receive(@RequestParam List<MultipartFile> files) throws InterruptedException {
        List<Resource> documents = files.stream()
                .filter(file -> !isLeftBlank(file))
                .map(MultipartFile::getResource)
                .toList();
        if (documents.isEmpty()) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "No documents: send them as 'files'");
        }
        return answer(deliveries.accept("upload", documents));
    }

    @GetMapping
    List<Entry> list(@RequestParam @Nullable String batch, @RequestParam(defaultValue = "100") int limit) {
        return store.list(entry -> batch == null || batch.equals(entry.batch()), Math.max(0, limit)).stream()
                .map(Entry::brief)
                .toList();
    }

    @GetMapping("/{id}")
    ResponseEntity<Entry> document(@PathVariable String id) {
        return ResponseEntity.of(store.find(id));
    }

    @GetMapping("/{id}/preview")
    ResponseEntity<Resource> preview(@PathVariable String id) {
        Resource png = new FileSystemResource(
                store.find(id).map(entry -> spool.preview(entry.id())).orElseGet(() -> spool.preview("none")));
        if (!png.exists()) {
            return ResponseEntity.notFound().build();
        }
        return ResponseEntity.ok()
                .contentType(MediaType.IMAGE_PNG)
                .header("X-Content-Type-Options", "nosniff")
                .body(png);
    }

    /** Only a document that was sent alone decides the status; in a batch each has its own answer. */
    private static ResponseEntity<Deliveries.Receipt> answer(Deliveries.Receipt receipt) {
        Reason reason =
                receipt.documents().size() == 1 ? receipt.documents().get(0).reason() : null;
        HttpStatus status = reason == null ? HttpStatus.ACCEPTED : statusOf(reason.problem());
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(status);
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
        return answer.body(receipt);
    }

    private static HttpStatus statusOf(Problem problem) {
        return switch (problem) {
            case EMPTY -> HttpStatus.BAD_REQUEST;
            case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
            case BUSY, UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
            default -> HttpStatus.ACCEPTED;
        };
    }

    /** What a browser sends for a file input in which nothing was chosen. */
    private static boolean isLeftBlank(MultipartFile file) {
        String name = file.getOriginalFilename();
        return file.isEmpty() && (name == null || name.isEmpty());
    }
}

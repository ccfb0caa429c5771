package org.poolmanager.sample;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Takes in documents that kill their readers, as if somebody had sent them. */
@RestController
@RequestMapping("/poison")
final class PoisonController {

    private static final int MOST = 1_000;

    private final Deliveries deliveries;

    PoisonController(Deliveries deliveries) {
        this.deliveries = deliveries;
    }

    @PostMapping("/{kind}")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Deliveries.Receipt one(@PathVariable String kind) throws IOException, InterruptedException {
        for (Poison poison : Poison.values()) {
            if (poison.toString().equals(kind)) {
                return deliveries.accept("poison: " + kind, List.of(document(poison)));
            }
        }
        throw new ResponseStatusException(HttpStatus.NOT_FOUND, "Poison is one of heap, endless, halt and mixed");
    }

    /** Good documents, and one of each poison spread among them. */
    @PostMapping("/mixed")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Deliveries.Receipt mixed(@RequestParam(defaultValue = "40") int good) throws IOException, InterruptedException {
        if (good < 0 || good > MOST) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "good: from 0 to " + MOST);
        }
        List<Resource> documents = new ArrayList<>();
        for (int number = 1; number <= good; number++) {
            documents.add(new NamedBytes("good-" + number + ".pdf", GoodDocument.pdf(number)));
        }
        int place = 0;
        for (Poison poison : Poison.values()) {
            place += good / (Poison.values().length + 1);
            documents.add(place++, document(poison));
        }
        return deliveries.accept("poison: mixed with " + good + " good ones", documents);
    }

    private static Resource document(Poison poison) throws IOException {
        return new NamedBytes(poison.fileName(), poison.content());
    }

    /** A document that comes from no file. */
    private static final class NamedBytes extends ByteArrayResource {

        private final String name;

        NamedBytes(String name, byte[] bytes) {
            super(bytes);
            this.name = name;
        }

        @Override
        public String getFilename() {
            return name;
        }
    }
}

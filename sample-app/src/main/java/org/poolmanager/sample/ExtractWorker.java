package org.poolmanager.sample;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaException;
import org.apache.tika.exception.WriteLimitReachedException;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.PagedText;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.parser.AutoDetectParser;
import org.apache.tika.parser.EmptyParser;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.sax.BodyContentHandler;
import org.jspecify.annotations.Nullable;
import org.poolmanager.worker.PoolProcess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xml.sax.SAXException;

/** Reads text, page count and metadata of a document, in a JVM that may die of it. */
final class ExtractWorker implements PoolProcess<Document, Extract> {

    /** A document that sends this is one that kills its reader. See {@link Poison#HALT}. */
    static final String HALT_TYPE = "application/x-poison-halt";

    private static final int MAX_METADATA = 30;

    private static final int MAX_VALUE = 200;

    private static final Logger log = LoggerFactory.getLogger(ExtractWorker.class);

    private final int textLimit;

    private final AutoDetectParser parser = new AutoDetectParser();

    ExtractWorker(int textLimit) {
        this.textLimit = textLimit;
    }

    @Override
    public Extract run(Document document) throws Exception {
        Metadata metadata = new Metadata();
        metadata.set(TikaCoreProperties.RESOURCE_NAME_KEY, document.name());
        BodyContentHandler text = new BodyContentHandler(textLimit);
        boolean truncated;
        try (TikaInputStream in = TikaInputStream.get(document.file().toPath(), metadata)) {
            String type = parser.getDetector().detect(in, metadata).toString();
            if (type.equals(HALT_TYPE)) {
                Runtime.getRuntime().halt(13);
            }
            truncated = !parse(in, text, metadata);
        }
        Extract extract = new Extract(
                mediaType(metadata),
                metadata.getInt(PagedText.N_PAGES),
                text.toString().strip(),
                truncated,
                few(metadata));
        log.info(
                "Read {}: {}, {} characters",
                document.name(),
                extract.mediaType(),
                extract.text().length());
        return extract;
    }

    /** Returns whether there was no more text than wanted. */
    private boolean parse(TikaInputStream in, BodyContentHandler text, Metadata metadata)
            throws IOException, UnreadableException {
        try {
            parser.parse(in, text, metadata, new ParseContext());
        } catch (EncryptedDocumentException e) {
            throw new UnreadableException(Problem.ENCRYPTED, "Encrypted: it does not open without a password");
        } catch (TikaException | SAXException e) {
            if (WriteLimitReachedException.isWriteLimitReached(e)) {
                return false;
            }
            throw new UnreadableException(Problem.DAMAGED, "Damaged", e);
        }
        if (Arrays.asList(metadata.getValues(TikaCoreProperties.TIKA_PARSED_BY))
                .contains(EmptyParser.class.getName())) {
            throw new UnreadableException(
                    Problem.UNKNOWN_TYPE,
                    "Unknown type " + mediaType(metadata) + ": PDF, office, image, HTML and text documents are read");
        }
        return true;
    }

    private static String mediaType(Metadata metadata) {
        @Nullable String type = metadata.get(Metadata.CONTENT_TYPE);
        return type == null ? "application/octet-stream" : type;
    }

    /** A document may bring any amount of metadata; what is sent back is bounded. */
    private static Map<String, String> few(Metadata metadata) {
        Map<String, String> few = new TreeMap<>();
        for (String name : metadata.names()) {
            String value = metadata.get(name);
            if (few.size() < MAX_METADATA
                    && name.length() <= MAX_VALUE
                    && value != null
                    && !name.startsWith("X-TIKA")) {
                few.put(name, value.length() <= MAX_VALUE ? value : value.substring(0, MAX_VALUE) + " …");
            }
        }
        return few;
    }
}

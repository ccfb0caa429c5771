package org.poolmanager.sample;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.DeflaterOutputStream;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;

/** Documents that kill whoever reads them. The parent only makes them; it never reads them. */
enum Poison {

    /**
     * A decompression bomb: 17 kB of PDF whose page becomes 1 GiB when the two filters it names, both standard, are
     * undone. The heap of a worker holds a fifth of that.
     */
    HEAP("bomb.pdf") {
        @Override
        byte[] content() throws IOException {
            try (PDDocument pdf = new PDDocument()) {
                PDPage page = new PDPage();
                pdf.addPage(page);
                COSStream bomb = pdf.getDocument().createCOSStream();
                try (OutputStream out = bomb.createRawOutputStream();
                        OutputStream packed = new DeflaterOutputStream(out)) {
                    for (int i = 0; i < (1 << 30) / RUNS_UNPACKED; i++) {
                        packed.write(RUNS);
                    }
                }
                // With a list of filters PDFBox unpacks the whole stream; a lone Flate filter it reads bit by bit.
                COSArray filters = new COSArray();
                filters.add(COSName.FLATE_DECODE);
                filters.add(COSName.RUN_LENGTH_DECODE);
                bomb.setItem(COSName.FILTER, filters);
                page.getCOSObject().setItem(COSName.CONTENTS, bomb);
                return bytes(pdf);
            }
        }
    },

    /**
     * A page with ten thousand million million lines to draw, in 4 kB: sixteen drawings inside each other, each of which
     * draws the next one ten times. PDFBox refuses only more than fifty levels. Text extraction goes the same way.
     */
    ENDLESS("endless.pdf") {
        @Override
        byte[] content() throws IOException {
            try (PDDocument pdf = new PDDocument()) {
                PDPage page = new PDPage();
                pdf.addPage(page);
                COSName inner = COSName.getPDFName("Inner");
                PDFormXObject drawing = drawing(pdf, page, "0 0 m 9 9 l S");
                for (int level = 0; level < 16; level++) {
                    PDFormXObject outer = drawing(pdf, page, "/Inner Do ".repeat(10));
                    outer.getResources().put(inner, drawing);
                    drawing = outer;
                }
                page.setResources(new PDResources());
                page.getResources().put(inner, drawing);
                page.setContents(stream(pdf, "/Inner Do"));
                return bytes(pdf);
            }
        }
    },

    /**
     * A marker that {@link ExtractWorker} obeys with {@link Runtime#halt}. No document can do this to a library written
     * in Java alone: it stands for the crash of a native one.
     */
    HALT("halt.halt") {
        @Override
        byte[] content() {
            return "%HALT-THE-JVM\n".getBytes(StandardCharsets.US_ASCII);
        }
    };

    /** Each pair says: 128 spaces. */
    private static final byte[] RUNS = "\u0081 ".repeat(8192).getBytes(StandardCharsets.ISO_8859_1);

    private static final int RUNS_UNPACKED = 8192 * 128;

    private final String fileName;

    Poison(String fileName) {
        this.fileName = fileName;
    }

    String fileName() {
        return fileName;
    }

    abstract byte[] content() throws IOException;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static PDFormXObject drawing(PDDocument pdf, PDPage page, String operators) throws IOException {
        PDFormXObject form = new PDFormXObject(stream(pdf, operators));
        form.setBBox(page.getMediaBox());
        form.setResources(new PDResources());
        return form;
    }

    private static PDStream stream(PDDocument pdf, String operators) throws IOException {
        PDStream stream = new PDStream(pdf);
        try (OutputStream out = stream.createOutputStream()) {
            out.write(operators.getBytes(StandardCharsets.US_ASCII));
        }
        return stream;
    }

    private static byte[] bytes(PDDocument pdf) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        pdf.save(out);
        return out.toByteArray();
    }
}

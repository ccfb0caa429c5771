package org.poolmanager.sample;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDStream;

/** A harmless document of one page, to send in bad company. */
final class GoodDocument {

    private GoodDocument() {}

    static byte[] pdf(int number) throws IOException {
        try (PDDocument pdf = new PDDocument()) {
            PDPage page = new PDPage();
            pdf.addPage(page);
            page.setResources(new PDResources());
            page.getResources().getCOSObject().setItem(COSName.FONT, fonts());
            PDStream content = new PDStream(pdf);
            try (OutputStream out = content.createOutputStream(COSName.FLATE_DECODE)) {
                out.write(operators(number).getBytes(StandardCharsets.US_ASCII));
            }
            page.setContents(content);
            pdf.getDocumentInformation().setTitle("Good document " + number);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            pdf.save(out);
            return out.toByteArray();
        }
    }

    /** By hand, because PDFBox's own font class looks through every font of the machine, and that is a worker's job. */
    private static COSDictionary fonts() {
        COSDictionary helvetica = new COSDictionary();
        helvetica.setItem(COSName.TYPE, COSName.FONT);
        helvetica.setItem(COSName.SUBTYPE, COSName.TYPE1);
        helvetica.setItem(COSName.BASE_FONT, COSName.getPDFName("Helvetica"));
        COSDictionary fonts = new COSDictionary();
        fonts.setItem(COSName.getPDFName("F1"), helvetica);
        return fonts;
    }

    private static String operators(int number) {
        return """
                0.%d 0.6 0.8 rg 0 700 612 92 re f
                1 g BT /F1 36 Tf 54 730 Td (Good document %d) Tj ET
                0 g BT /F1 14 Tf 18 TL 54 660 Td
                (Somebody typed this page, and it harms nobody.) Tj T*
                (Whatever its neighbours do to their readers,) Tj T*
                (this document is read and drawn as usual.) Tj ET
                """.formatted(number % 10, number);
    }
}

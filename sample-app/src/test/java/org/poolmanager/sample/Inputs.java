package org.poolmanager.sample;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.poi.xwpf.usermodel.XWPFDocument;

/** Small documents of every kind, made here. */
final class Inputs {

    static final byte[] UNKNOWN = {0, 1, 2, 3, 4, 5, 6, 7, (byte) 200, (byte) 201, 0, 9};

    private Inputs() {}

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] pdf() throws IOException {
        return GoodDocument.pdf(1);
    }

    static byte[] pdf(float width, float height, int rotation) throws IOException {
        try (PDDocument pdf = new PDDocument()) {
            PDPage page = new PDPage(new PDRectangle(width, height));
            page.setRotation(rotation);
            pdf.addPage(page);
            return save(pdf);
        }
    }

    static byte[] encryptedPdf() throws IOException {
        try (PDDocument pdf = Loader.loadPDF(pdf())) {
            pdf.protect(new StandardProtectionPolicy("owner", "user", new AccessPermission()));
            return save(pdf);
        }
    }

    static byte[] truncatedPdf() throws IOException {
        byte[] pdf = pdf();
        return Arrays.copyOf(pdf, pdf.length / 3);
    }

    static byte[] image(String format, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.ORANGE);
        graphics.fillRect(0, 0, width, height);
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    static byte[] docx(String text) throws IOException {
        try (XWPFDocument word = new XWPFDocument()) {
            word.createParagraph().createRun().setText(text);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            word.write(out);
            return out.toByteArray();
        }
    }

    private static byte[] save(PDDocument pdf) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        pdf.save(out);
        return out.toByteArray();
    }
}

package dev.tandem.core.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.stage.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class PngFileTest {

    private static final Instant TIME = Instant.parse("2026-11-21T12:00:00.123Z");
    private final Picture picture = new Picture(2, 1, new byte[] {(byte) 255, 0, 1, 2, (byte) 128, 3});

    private static String xmp(byte[] png) {
        // not compressed, so it can be read off the bytes
        String all = new String(png, StandardCharsets.UTF_8);
        int at = all.indexOf("iTXtXML:com.adobe.xmp");
        assertTrue(at > 0, "no iTXt chunk with XMP");
        return all.substring(all.indexOf("<?xpacket begin", at), all.indexOf("<?xpacket end", at));
    }

    @Test
    void pixelsSurvive() throws IOException {
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(PngFile.encode(picture, "t", TIME, null)));
        assertEquals(0xffff0001, read.getRGB(0, 0));
        assertEquals(0xff028003, read.getRGB(1, 0));
    }

    @Test
    void theFileSaysThatAModelMadeIt() throws Exception {
        String xmp = xmp(PngFile.encode(picture, "Tandem 1 & <two>", TIME, null));
        String body = xmp.substring(xmp.indexOf("<x:xmpmeta"));
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(body)));
        assertEquals(
                "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
                document.getElementsByTagNameNS("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "DigitalSourceType")
                        .item(0)
                        .getTextContent());
        assertEquals(
                "Tandem 1 & <two>",
                document.getElementsByTagNameNS("http://ns.adobe.com/xap/1.0/", "CreatorTool")
                        .item(0)
                        .getTextContent());
        assertTrue(xmp.contains("2026-11-21T12:00:00Z"));
        assertFalse(xmp.contains("dc:description"), "caption and seed only where asked for");
    }

    @Test
    void aCaptionCannotEndTheFieldThatItStandsIn() throws Exception {
        String caption = "</rdf:li><xmp:CreatorTool>me</xmp:CreatorTool> & <?xpacket end=\"r\"?> ]]> \ud800";
        String xmp = xmp(PngFile.encode(picture, "t", TIME, caption));
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document = factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(xmp.substring(xmp.indexOf("<x:xmpmeta")))));
        assertEquals(
                1,
                document.getElementsByTagNameNS("http://ns.adobe.com/xap/1.0/", "CreatorTool")
                        .getLength());
        assertEquals(
                caption.replace('\ud800', ' '),
                document.getElementsByTagNameNS("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "li")
                        .item(0)
                        .getTextContent());
    }

    @Test
    void theCaptionIsWrittenWhereAskedFor() {
        String xmp = xmp(PngFile.encode(picture, "t", TIME, "a dog \u0000 (seed 3)"));
        assertTrue(xmp.contains("a dog   (seed 3)</rdf:li>"), xmp);
    }
}

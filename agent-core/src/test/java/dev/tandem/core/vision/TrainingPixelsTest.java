package dev.tandem.core.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.stage.Picture;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingPixelsTest {

    @TempDir
    Path folder;

    static Stream<JsonNode> cases() throws IOException {
        try (InputStream file =
                Objects.requireNonNull(TrainingPixelsTest.class.getResourceAsStream("training-pixels.json"))) {
            return StreamSupport.stream(new ObjectMapper().readTree(file).spliterator(), false);
        }
    }

    private static Picture picture(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (long i = 0; i < rgb.length; i++) {
            rgb[(int) i] = (byte) (i * i * 7 + i * 13 + i / (3L * width) * 31);
        }
        return new Picture(width, height, rgb);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void pixelsAreThoseOfDiffusers(JsonNode each) {
        int size = each.get("size").asInt();
        float[] expected = new float[3 * size * size];
        ByteBuffer.wrap(Base64.getDecoder().decode(each.get("values").asText()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(expected);
        Picture picture = picture(each.get("width").asInt(), each.get("height").asInt());
        assertArrayEquals(
                expected,
                new TrainingPixels(size, Resampling.valueOf(each.get("filter").asText())).of(picture));
    }

    @Test
    void aFileIsReadAndItsLevelsReachFromMinusOneToOne() throws IOException {
        BufferedImage image = new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB);
        image.setRGB(1, 0, 0xFFFFFF);
        Path file = folder.resolve("a.png");
        ImageIO.write(image, "png", file.toFile());
        float[] values = TrainingPixels.of(2).read(file);
        assertEquals(12, values.length);
        assertEquals(1f, values[0]);
        assertEquals(-1f, values[1]);
    }

    @Test
    void whatCannotBeLearntFromIsRefusedWithItsFile() throws IOException {
        BufferedImage strip = new BufferedImage(40_000, 1, BufferedImage.TYPE_BYTE_GRAY);
        Path file = folder.resolve("strip.png");
        ImageIO.write(strip, "png", file.toFile());
        String refusal = String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> TrainingPixels.of(512).read(file))
                .getMessage());
        assertTrue(refusal.contains("strip.png") && refusal.contains("40000 x 1"), refusal);
        Path text = Files.writeString(folder.resolve("b.png"), "no picture");
        assertThrows(IllegalArgumentException.class, () -> TrainingPixels.of(8).read(text));
        assertThrows(IllegalArgumentException.class, () -> TrainingPixels.of(0));
    }
}

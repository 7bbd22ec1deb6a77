package dev.tandem.core.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentPhotoTest {

    @TempDir
    Path folder;

    private static byte[] file(String format, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < width; x++) {
            image.setRGB(x, 0, 0x3060C0);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, format, bytes);
        return bytes.toByteArray();
    }

    @Test
    void aPhotoKeepsItsPixelsAndIsSaidNothingOf() throws IOException {
        for (String format : new String[] {"png", "bmp"}) {
            Photo photo = SentPhoto.of(file(format, 7, 5));
            assertFalse(photo.hasCaption());
            assertEquals(7, photo.width());
            assertEquals(5, photo.height());
            Picture picture = PictureFile.read(photo.png(), "it");
            assertEquals(0x3060C0, picture.rgb(6, 0));
            assertEquals(0, picture.rgb(0, 1));
        }
        Photo jpeg = SentPhoto.read(Files.write(folder.resolve("a.jpg"), file("jpg", 16, 9)));
        assertEquals(16, jpeg.width());
    }

    @Test
    void aLargePhotoIsMadeSmaller() throws IOException {
        Photo photo = SentPhoto.of(file("png", 4096, 10));
        assertEquals(2048, photo.width());
        assertEquals(5, photo.height());
    }

    @Test
    void whatCannotBeReadIsRefusedBeforeItIs() throws IOException {
        byte[] cut = file("png", 30, 30);
        assertTrue(refused(() -> SentPhoto.of(Arrays.copyOf(cut, 60))).contains("damaged"));
        assertTrue(refused(() -> SentPhoto.of(new byte[3])).contains("no picture"));
        assertTrue(refused(() -> SentPhoto.of(new byte[(int) SentPhoto.MAX_BYTES + 1]))
                .contains("at most"));
        assertTrue(refused(() -> SentPhoto.read(folder)).contains("no file that holds a photo"));
        assertTrue(refused(() -> SentPhoto.read(folder.resolve("none.png"))).contains("there is no file"));
        Path large = folder.resolve("large.png");
        try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }
        assertTrue(refused(() -> SentPhoto.read(large)).contains("at most"));
    }

    private static String refused(org.junit.jupiter.api.function.Executable read) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, read).getMessage());
    }
}

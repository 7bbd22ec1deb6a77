package dev.tandem.core.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.stage.Picture;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFileTest {

    @TempDir
    Path folder;

    private Path png() throws IOException {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0xFF102030);
        image.setRGB(2, 1, 0xFFFF0000);
        Path file = folder.resolve("picture.png");
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    private static String refused(Path file) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> PictureFile.read(file))
                .getMessage());
    }

    @Test
    void whatIsTransparentIsWhite() throws IOException {
        Picture picture = PictureFile.read(png());
        assertEquals(3, picture.width());
        assertEquals(2, picture.height());
        assertEquals(0x102030, picture.rgb(0, 0));
        assertEquals(0xFF0000, picture.rgb(2, 1));
        assertEquals(0xFFFFFF, picture.rgb(1, 0));
    }

    @Test
    void whatIsNoPictureIsNamed() throws IOException {
        assertTrue(refused(folder.resolve("nothing.png")).contains("there is no file"));
        assertTrue(refused(folder).contains("is a folder"));
        Path text = Files.writeString(folder.resolve("text.png"), "no picture");
        assertTrue(refused(text).contains("is no picture"));
        Path cut = folder.resolve("cut.png");
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(png()), 50));
        assertTrue(refused(cut).contains("is damaged"), refused(cut));
    }

    @Test
    void aJpegWithoutItsEndIsDamaged() throws IOException {
        BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64 * 48; i++) {
            image.setRGB(i % 64, i / 64, i * 7919);
        }
        Path whole = folder.resolve("whole.jpg");
        ImageIO.write(image, "jpg", whole.toFile());
        assertEquals(64, PictureFile.read(whole).width());
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve("cut.jpg"), Arrays.copyOf(bytes, bytes.length / 2));
        assertTrue(refused(cut).contains("is damaged: its end is missing"), refused(cut));
    }

    @Test
    void aHugePictureIsRefusedBeforeItIsRead() throws IOException {
        byte[] bytes = Files.readAllBytes(png());
        ByteBuffer header = ByteBuffer.wrap(bytes);
        header.putInt(16, 200_000).putInt(20, 200_000);
        CRC32 sum = new CRC32();
        sum.update(bytes, 12, 17);
        header.putInt(29, (int) sum.getValue());
        Path file = Files.write(folder.resolve("huge.png"), bytes);
        assertTrue(refused(file).contains("40000000000 pixels"), refused(file));
    }
}

package dev.tandem.samples;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HelloPhotoTest {

    @TempDir
    Path folder;

    @Test
    void asksForAPhotoAndGetsOne() throws Exception {
        List<String> lines = SampleProgram.run(HelloPhoto.class, folder);
        assertFalse(lines.get(0).isBlank());
        assertTrue(lines.get(1).startsWith("photo.png shows "), lines.toString());
        assertTrue(ImageIO.read(folder.resolve("photo.png").toFile()).getWidth() > 0);
    }
}

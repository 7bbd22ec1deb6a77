package dev.tandem.llm.describe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.WeightException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small BLIP of random weights with what transformers 4.57 makes of four pictures. */
class ImageToTextTest {

    private static Path folder() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(ImageToTextTest.class.getResource("blip"))
                .toURI());
    }

    private static Picture picture(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (long i = 0; i < rgb.length; i++) {
            rgb[(int) i] = (byte) (i * i * 7 + i * 13 + i / (3L * width) * 31);
        }
        return new Picture(width, height, rgb);
    }

    @Test
    void saysWhatTransformersSays() throws IOException, URISyntaxException {
        JsonNode cases = new ObjectMapper()
                .readTree(folder().resolve("descriptions.json").toFile());
        try (ImageToText describer = ImageToText.load(TorchEngine.cpu(), folder())) {
            for (JsonNode each : cases) {
                Picture picture =
                        picture(each.get("width").asInt(), each.get("height").asInt());
                assertEquals(each.get("text").asText(), describer.describe(picture, 12));
            }
            assertThrows(IllegalArgumentException.class, () -> describer.describe(picture(4, 4), 0));
        }
    }

    @Test
    void anotherKindOfModelIsNamed(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"llama\"}");
        String message = assertThrows(WeightException.class, () -> ImageToText.load(TorchEngine.cpu(), folder))
                .getMessage();
        assertTrue(message.contains("'llama'") && message.contains("blip"), message);
    }
}

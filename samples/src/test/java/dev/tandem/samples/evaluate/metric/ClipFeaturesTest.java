package dev.tandem.samples.evaluate.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.WeightException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small CLIP from files; samples/reference/make_clip_scores.py wrote what transformers says of the same pictures and texts. */
class ClipFeaturesTest {

    private static final double NEAR = 2e-5;

    private final TorchEngine engine = TorchEngine.cpu();

    @Test
    void seesWhatTransformersSees() throws IOException, URISyntaxException {
        Path folder = folder();
        JsonNode expected =
                new ObjectMapper().readTree(folder.resolve("expected.json").toFile());
        List<String> texts = new ArrayList<>();
        expected.path("texts").forEach(t -> texts.add(t.asText()));
        try (ClipFeatures clip = ClipFeatures.load(engine, folder, texts)) {
            for (int i = 0; i < 2; i++) {
                PictureFeatures.Seen seen = clip.look(picture(i + 1));
                assertNear(expected.path("features").path(i), seen.features());
                assertNear(expected.path("classes").path(i), seen.probabilities());
                for (int j = 0; j < texts.size(); j++) {
                    assertEquals(
                            expected.path("cosines").path(i).path(j).asDouble(),
                            clip.cosine(picture(i + 1), texts.get(j)),
                            NEAR);
                }
            }
        }
    }

    @Test
    void aFolderWithoutAModelIsRefused(@TempDir Path empty) {
        assertThrows(WeightException.class, () -> ClipFeatures.load(engine, empty, List.of("a dog")));
        assertThrows(IllegalArgumentException.class, () -> ClipFeatures.load(engine, folder(), List.of()));
    }

    private static void assertNear(JsonNode expected, double[] values) {
        assertEquals(expected.size(), values.length);
        for (int i = 0; i < values.length; i++) {
            assertEquals(expected.path(i).asDouble(), values[i], NEAR);
        }
    }

    private static Path folder() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(ClipFeaturesTest.class.getResource("clip"))
                .toURI());
    }

    /** The same formula as in the script. */
    private static BufferedImage picture(int salt) {
        BufferedImage picture = new BufferedImage(32, 24, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 24; y++) {
            for (int x = 0; x < 32; x++) {
                int base = x * (7 + salt) + y * 5 * salt;
                picture.setRGB(x, y, base % 256 << 16 | (base + 40) % 256 << 8 | (base + 80) % 256);
            }
        }
        return picture;
    }
}

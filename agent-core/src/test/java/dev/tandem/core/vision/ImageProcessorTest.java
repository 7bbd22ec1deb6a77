package dev.tandem.core.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against Pillow 13 and transformers 4.57. */
class ImageProcessorTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();

    @TempDir
    Path folder;

    private static Stream<JsonNode> cases(String name) throws IOException {
        try (InputStream file =
                Objects.requireNonNull(ImageProcessorTest.class.getResourceAsStream("image-processors.json"))) {
            return StreamSupport.stream(
                    new ObjectMapper().readTree(file).get(name).spliterator(), false);
        }
    }

    static Stream<JsonNode> resized() throws IOException {
        return cases("resize");
    }

    static Stream<JsonNode> processed() throws IOException {
        return cases("processors");
    }

    private static Picture picture(JsonNode each) {
        int width = each.get("width").asInt();
        int height = each.get("height").asInt();
        byte[] rgb = new byte[3 * width * height];
        for (long i = 0; i < rgb.length; i++) {
            rgb[(int) i] = (byte) (i * i * 7 + i * 13 + i / (3L * width) * 31);
        }
        return new Picture(width, height, rgb);
    }

    @ParameterizedTest
    @MethodSource("resized")
    void resizesAsPillowDoes(JsonNode each) {
        int width = each.get("to").get(0).asInt();
        int height = each.get("to").get(1).asInt();
        Picture resized = Resampling.of(each.get("filter").asInt()).resize(picture(each), width, height);
        CRC32 sum = new CRC32();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int pixel = resized.rgb(x, y);
                sum.update(pixel >> 16);
                sum.update(pixel >> 8);
                sum.update(pixel);
            }
        }
        assertEquals(each.get("crc").asLong(), sum.getValue());
    }

    @ParameterizedTest
    @MethodSource("processed")
    void processesAsTransformersDoes(JsonNode each) throws IOException {
        Files.writeString(
                folder.resolve("preprocessor_config.json"), each.get("config").toString());
        float[] due = new float[each.get("values").size()];
        for (int i = 0; i < due.length; i++) {
            due[i] = (float) each.get("values").get(i).asDouble();
        }
        try (Scope scope = ENGINE.scope()) {
            Tensor pixels = ImageProcessor.read(ModelFolder.of(folder)).apply(ENGINE, picture(each));
            assertArrayEquals(
                    new long[] {
                        1,
                        3,
                        each.get("shape").get(1).asLong(),
                        each.get("shape").get(2).asLong()
                    },
                    pixels.shape());
            assertArrayEquals(due, pixels.toFloatArray(), 2e-6f);
        }
    }

    @Test
    void impossibleSettingsAreNamed() throws IOException {
        for (String[] wrong : new String[][] {
            {"{\"size\": {\"height\": 0, \"width\": 3}, \"image_mean\": [0,0,0], \"image_std\": [1,1,1]}", "size is"},
            {"{\"size\": 100000, \"image_mean\": [0,0,0], \"image_std\": [1,1,1]}", "size is"},
            {"{\"size\": 8, \"image_std\": [1,1,1]}", "image_mean is"},
            {"{\"size\": 8, \"image_mean\": [0,0,0], \"image_std\": [1,0,1]}", "deviation of 0"},
            {"{\"size\": 8, \"resample\": 9, \"image_mean\": [0,0,0], \"image_std\": [1,1,1]}", "filter 9"}
        }) {
            Files.writeString(folder.resolve("preprocessor_config.json"), wrong[0]);
            String message = assertThrows(WeightException.class, () -> ImageProcessor.read(ModelFolder.of(folder)))
                    .getMessage();
            assertTrue(message.contains(wrong[1]) && message.contains("preprocessor_config.json"), message);
        }
    }
}

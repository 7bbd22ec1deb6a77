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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against transformers 4.57. */
class MllamaImageProcessorTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final PixelLevels LEVELS =
            new PixelLevels(1 / 255.0, List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));
    private static JsonNode reference;

    @TempDir
    Path folder;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream file = Objects.requireNonNull(
                MllamaImageProcessorTest.class.getResourceAsStream("mllama-image-processors.json"))) {
            reference = new ObjectMapper().readTree(file);
        }
    }

    private static Picture picture(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (long i = 0; i < rgb.length; i++) {
            rgb[(int) i] = (byte) (i * i * 7 + i * 13 + i / (3L * width) * 31);
        }
        return new Picture(width, height, rgb);
    }

    private MllamaImageProcessor processor(String json) throws IOException {
        Files.writeString(folder.resolve("preprocessor_config.json"), json);
        return MllamaImageProcessor.read(ModelFolder.of(folder));
    }

    private static long crc(Tensor tensor) {
        float[] values = tensor.toFloatArray();
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        CRC32 sum = new CRC32();
        sum.update(bytes.array());
        return sum.getValue();
    }

    private static long[] longs(JsonNode list) {
        long[] values = new long[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i).asLong();
        }
        return values;
    }

    @Test
    void layoutsAreCountedAsInTheReference() {
        reference.get("ratios").properties().forEach(entry -> {
            List<MllamaImageProcessor.Layout> due = new ArrayList<>();
            entry.getValue()
                    .forEach(ratio -> due.add(new MllamaImageProcessor.Layout(
                            ratio.get(0).asInt(), ratio.get(1).asInt())));
            int tiles = Integer.parseInt(entry.getKey());
            assertEquals(due, new MllamaImageProcessor(8, tiles, Resampling.BILINEAR, LEVELS).layouts());
        });
    }

    @Test
    void picturesGetTheReferencesCanvasAndSize() {
        for (JsonNode each : reference.get("canvas")) {
            long[] values = longs(each);
            int width = (int) values[0];
            int height = (int) values[1];
            int tile = (int) values[2];
            MllamaImageProcessor processor =
                    new MllamaImageProcessor(tile, (int) values[3], Resampling.BILINEAR, LEVELS);
            MllamaImageProcessor.Layout layout = processor.layout(width, height);
            assertEquals(values[4], (long) layout.rows() * tile, each.toString());
            assertEquals(values[5], (long) layout.columns() * tile, each.toString());
            ImageProcessor.Size size = processor.fitted(width, height, layout);
            assertEquals(values[6], size.height(), each.toString());
            assertEquals(values[7], size.width(), each.toString());
        }
    }

    @Test
    void tilesAreTheReferencesToTheLastBit() throws IOException {
        for (JsonNode each : reference.get("pictures")) {
            JsonNode config = reference.get("configs").get(each.get("config").asInt());
            try (Scope scope = ENGINE.scope()) {
                MllamaImageProcessor.Tiles tiles = processor(config.toString())
                        .apply(
                                ENGINE,
                                List.of(picture(
                                        each.get("width").asInt(),
                                        each.get("height").asInt())));
                String at = each.toString();
                assertArrayEquals(longs(each.get("shape")), tiles.pixels().shape(), at);
                assertArrayEquals(
                        new long[] {each.get("id").asLong()}, tiles.layouts().toLongArray(), at);
                assertArrayEquals(longs(each.get("mask")), tiles.tileMask().toLongArray(), at);
                assertEquals(List.of(each.get("tiles").asInt()), tiles.counts(), at);
                double sum = 0;
                for (float value : tiles.pixels().toFloatArray()) {
                    sum += value;
                }
                assertEquals(each.get("sum").asDouble(), sum, 1e-6 * (1 + Math.abs(sum)), at);
                assertEquals(each.get("crc").asLong(), crc(tiles.pixels()), at);
            }
        }
    }

    @Test
    void severalPicturesStandSideBySide() throws IOException {
        JsonNode due = reference.get("several");
        List<Picture> pictures = new ArrayList<>();
        due.get("sizes")
                .forEach(size ->
                        pictures.add(picture(size.get(0).asInt(), size.get(1).asInt())));
        try (Scope scope = ENGINE.scope()) {
            MllamaImageProcessor.Tiles tiles =
                    processor(due.get("config").toString()).apply(ENGINE, pictures);
            assertArrayEquals(longs(due.get("shape")), tiles.pixels().shape());
            assertArrayEquals(longs(due.get("ids")), tiles.layouts().toLongArray());
            long[] mask = tiles.tileMask().toLongArray();
            for (int i = 0; i < pictures.size(); i++) {
                long[] row = longs(due.get("mask").get(i));
                assertArrayEquals(row, Arrays.copyOfRange(mask, i * row.length, (i + 1) * row.length));
                assertEquals(due.get("tiles").get(i).asInt(), tiles.counts().get(i));
            }
            assertEquals(due.get("crc").asLong(), crc(tiles.pixels()));
        }
    }

    @Test
    void impossibleSettingsAreNamed() {
        for (String[] wrong : new String[][] {
            {"{\"size\": {\"height\": 20, \"width\": 16}}", "tiles are squares"},
            {"{\"size\": {\"shortest_edge\": 20}}", "size is 0"},
            {"{\"size\": {\"height\": 4096, \"width\": 4096}, \"max_image_tiles\": 5}", "at most"},
            {"{\"max_image_tiles\": 0}", "max_image_tiles is 0"},
            {"{\"max_image_tiles\": \"many\"}", "max_image_tiles is 0"},
            {"{\"max_image_tiles\": 65}", "max_image_tiles is 65"},
            {"{\"do_resize\": false}", "do_resize is false"},
            {"{\"do_pad\": false}", "do_pad is false"},
            {"{\"image_std\": [1, 0, 1]}", "deviation of 0"},
            {"{\"image_mean\": [1, 0]}", "image_mean is"},
            {"{\"resample\": 7}", "filter 7"}
        }) {
            String message = assertThrows(WeightException.class, () -> processor(wrong[0]))
                    .getMessage();
            assertTrue(message.contains(wrong[1]) && message.contains("preprocessor_config.json"), message);
        }
        assertThrows(IllegalArgumentException.class, () -> processor("{}").apply(ENGINE, List.of()));
    }
}

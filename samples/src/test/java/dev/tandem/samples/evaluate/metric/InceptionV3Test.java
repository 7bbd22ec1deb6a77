package dev.tandem.samples.evaluate.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against {@code samples/reference/make_inception.py}: pytorch-fid's network, sixteen times as narrow, with weights made from sines. */
class InceptionV3Test {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final int CLASSES = 1008;
    private static final int DIVISOR = 16;
    private static final double[] FEATURES = {
        8.688117, 24.77907, 43.601683, 3.469182, 99.279099, 26.059139, 2.499811, 78.355539
    };
    private static final double[] LOGITS = {
        -17.358646, -1.350998, 19.230847, -25.298949, 15.828226, 3.364329, -20.490482, 25.031212
    };

    /** Float32 alone is off by 0.008 of values up to 135. */
    private static final double TOLERANCE = 0.02;

    @TempDir
    Path folder;

    /** Remembers the shapes that it was asked for, so that the same can be written to a file. */
    private static final class Sines implements WeightSource {

        private final Map<String, long[]> asked = new LinkedHashMap<>();

        @Override
        public Tensor get(String key, Init init, long... shape) {
            CRC32 hash = new CRC32();
            hash.update(key.getBytes(StandardCharsets.UTF_8));
            int count = 1;
            for (long size : shape) {
                count *= Math.toIntExact(size);
            }
            double scale =
                    shape.length > 1 ? Math.sqrt(6.0 * shape[0] / count) : key.endsWith("running_var") ? 0.5 : 0.1;
            double add = key.endsWith("running_var") || key.endsWith("bn.weight") ? 1 : 0;
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                values[i] = (float) (add + scale * Math.sin(hash.getValue() % 1000 + i));
            }
            asked.put(key, shape);
            return ENGINE.tensor(values, shape);
        }

        @Override
        public boolean has(String key) {
            return true;
        }
    }

    private static int level(int x, int y, int c) {
        return (x * 7 + y * 5 + c * 60) % 256;
    }

    @Test
    void itSeesWhatTheReferenceSees() {
        int w = 40;
        int h = 30;
        float[] pixels = new float[3 * w * h];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = level(i % w, i / w % h, i / (w * h)) / 255f;
        }
        try (Scope scope = ENGINE.scope()) {
            InceptionV3 network = new InceptionV3(ENGINE, new Sines(), CLASSES, DIVISOR);
            InceptionV3.Seen seen = network.look(ENGINE.tensor(pixels, 1, 3, h, w));
            double[] features = Doubles.of(seen.features());
            assertEquals(2048 / DIVISOR, features.length);
            double sum = 0;
            for (double feature : features) {
                sum += feature;
            }
            assertEquals(2018.3362841620703, sum, 0.1);
            double[] logits = Doubles.of(seen.logits());
            for (int i = 0; i < FEATURES.length; i++) {
                assertEquals(FEATURES[i], features[i], TOLERANCE, "feature " + i);
                assertEquals(LOGITS[i], logits[i], TOLERANCE, "logit " + i);
            }
        }
    }

    @Test
    void pictureFilesAreSeenByAFileOfWeights() {
        BufferedImage picture = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 40 * 30; i++) {
            int x = i % 40;
            int y = i / 40;
            picture.setRGB(x, y, level(x, y, 0) << 16 | level(x, y, 1) << 8 | level(x, y, 2));
        }
        Path file = folder.resolve("inception.safetensors");
        Path torchvision = folder.resolve("torchvision.safetensors");
        try (Scope scope = ENGINE.scope()) {
            Sines sines = new Sines();
            new InceptionV3(ENGINE, sines, CLASSES, DIVISOR);
            Map<String, Tensor> weights = new LinkedHashMap<>();
            Map.copyOf(sines.asked).forEach((key, shape) -> weights.put(key, sines.get(key, Init.zeros(), shape)));
            SafetensorsWriter.create().write(file, weights);
            SafetensorsWriter.create().write(torchvision, Map.of("fc.weight", ENGINE.tensor(new float[2000], 1000, 2)));
        }
        try (InceptionFeatures features = InceptionFeatures.load(ENGINE, file, DIVISOR)) {
            PictureFeatures.Seen seen = features.look(picture);
            assertEquals(FEATURES[4], seen.features()[4], TOLERANCE);
            assertEquals(1, Arrays.stream(seen.probabilities()).sum(), 1e-9);
            assertEquals(CLASSES, seen.probabilities().length);
            double expected = Math.exp(LOGITS[7] - LOGITS[2]);
            assertEquals(expected, seen.probabilities()[7] / seen.probabilities()[2], 0.01 * expected);
        }
        assertThrows(WeightException.class, () -> InceptionFeatures.load(ENGINE, file), "sixteen times too narrow");
        IllegalArgumentException others =
                assertThrows(IllegalArgumentException.class, () -> InceptionFeatures.load(ENGINE, torchvision));
        assertTrue(String.valueOf(others.getMessage()).contains("these have 1000"), others.getMessage());
    }
}

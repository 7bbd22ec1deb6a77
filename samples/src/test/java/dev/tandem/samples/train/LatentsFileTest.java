package dev.tandem.samples.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.diffusion.train.EncodedPictures;
import dev.tandem.diffusion.vae.LatentGaussian;
import dev.tandem.diffusion.vae.VaeConfig;
import dev.tandem.samples.world.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatentsFileTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final ScenePictures PICTURES = new ScenePictures(Split.TRAIN, 2, 16, 1);
    private static final VaeConfig PLAIN = VaeConfig.builder().build();

    @TempDir
    Path folder;

    private Path vae(String weights) throws IOException {
        Path vae = Files.createDirectories(folder.resolve("vae"));
        Files.writeString(vae.resolve("diffusion_pytorch_model.safetensors"), weights);
        return vae;
    }

    private EncodedPictures pictures(float... values) {
        try (Scope scope = ENGINE.scope()) {
            Tensor mean = ENGINE.tensor(values, 2, 1, 1, 2);
            return EncodedPictures.of(new LatentGaussian(mean, mean.mul(0.5)));
        }
    }

    @Test
    void whatWasEncodedIsReadAgain() throws IOException {
        Path file = folder.resolve("kept").resolve("latents.safetensors");
        LatentsFile.of(file, PICTURES, vae("one")).write(ENGINE, pictures(1, 2, 3, -4));
        EncodedPictures kept = LatentsFile.of(file, PICTURES, vae("one")).read(ENGINE);
        assertNotNull(kept);
        assertEquals(2, kept.size());
        assertArrayEquals(new long[] {1, 1, 2}, kept.shape());
        assertArrayEquals(
                new float[] {3, -4},
                kept.latents(1, PLAIN.toBuilder().scalingFactor(1).build()));
    }

    @Test
    void whatOthersWereEncodedFromIsNot() throws IOException {
        Path file = folder.resolve("latents.safetensors");
        assertNull(LatentsFile.of(file, PICTURES, vae("one")).read(ENGINE));
        LatentsFile.of(file, PICTURES, vae("one")).write(ENGINE, pictures(1, 2, 3, 4));
        assertNull(LatentsFile.of(file, PICTURES, vae("two")).read(ENGINE));
        assertNull(LatentsFile.of(file, new ScenePictures(Split.TRAIN, 2, 16, 9), vae("one"))
                .read(ENGINE));
    }

    @Test
    void whatIsDamagedIsEncodedAgain() throws IOException {
        Path file = folder.resolve("latents.safetensors");
        LatentsFile kept = LatentsFile.of(file, PICTURES, vae("one"));
        kept.write(ENGINE, pictures(1, 2, 3, 4));
        byte[] whole = Files.readAllBytes(file);
        byte[] flipped = whole.clone();
        flipped[flipped.length - 1] ^= 1;
        Files.write(file, flipped);
        assertNull(kept.read(ENGINE));
        Files.write(file, Arrays.copyOf(whole, whole.length - 3));
        assertNull(kept.read(ENGINE));
        assertEquals(2, kept.keep(ENGINE, () -> pictures(1, 2, 3, 4)).size());
        assertArrayEquals(whole, Files.readAllBytes(file));
    }

    @Test
    void latentsAreDrawnFromTheirDistribution() {
        EncodedPictures kept = pictures(0, 2, 3, -4);
        VaeConfig scale = PLAIN.toBuilder().scalingFactor(2).build();
        int draws = 4000;
        double sum = 0;
        double squares = 0;
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < draws; i++) {
            double value = kept.latents(0, scale, random)[1];
            sum += value;
            squares += value * value;
        }
        // mean 2 and log variance 1, twice as large: mean 4, deviation 2 e^0.5
        double mean = sum / draws;
        assertEquals(4, mean, 0.2);
        assertEquals(2 * Math.exp(0.5), Math.sqrt(squares / draws - mean * mean), 0.15);
    }
}

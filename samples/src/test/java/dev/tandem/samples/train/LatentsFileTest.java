package dev.tandem.samples.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.diffusion.train.EncodedPictures;
import dev.tandem.diffusion.vae.VaeConfig;
import dev.tandem.samples.world.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
            return EncodedPictures.of(ENGINE.tensor(values, 2, 1, 1, 2));
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
}

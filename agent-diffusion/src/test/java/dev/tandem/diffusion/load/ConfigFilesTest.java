package dev.tandem.diffusion.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.diffusion.text.ClipTextConfig;
import dev.tandem.diffusion.unet.UNetConfig;
import dev.tandem.diffusion.vae.VaeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFilesTest {

    @Test
    void whatIsWrittenIsRead() {
        UNetConfig unet = UNetConfig.builder()
                .attentionHeads(List.of(5, 10, 20, 20))
                .crossAttentionDim(List.of(1024, 1024, 1024, 1024))
                .downTransformerLayers(List.of(1, 2, 3, 4))
                .upTransformerLayers(List.of(4, 3, 2, 1))
                .linearProjection(true)
                .timeScaleShift(true)
                .build();
        assertEquals(unet, UNetConfigFile.parse(new Fields(UNetConfigFile.write(unet))));
        VaeConfig vae = VaeConfig.builder().shiftFactor(0.25).quantConv(false).build();
        assertEquals(vae, VaeConfigFile.parse(new Fields(VaeConfigFile.write(vae))));
        ClipTextConfig text = ClipTextConfig.builder().projectionDim(24).build();
        assertEquals(text, ClipTextConfigFile.parse(new Fields(ClipTextConfigFile.write(text))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "class_embed_type | 'timestep'",
                "num_class_embeds | 10",
                "addition_embed_type | 'text_time'",
                "dual_cross_attention | true",
                "mid_block_type | 'UNetMidBlock2DSimpleCrossAttn'",
                "norm_num_groups | 'many'",
                "layers_per_block | 0",
                "act_fn | 'laplace'",
                "down_block_types | ['AttnDownBlock2D']",
                "attention_head_dim | [8, 8]",
            })
    void whatIsNotSupportedIsNamed(String field, String value, @TempDir Path folder) throws Exception {
        Path file = folder.resolve("config.json");
        Files.writeString(file, "{\"" + field + "\": " + value.replace('\'', '"') + "}");
        String message = assertThrows(IllegalArgumentException.class, () -> UNetConfigFile.read(file))
                .getMessage();
        assertTrue(message.contains("config.json"), message);
    }

    @Test
    void filesOfOldDiffusersMeanLargerPictures() {
        assertEquals(
                32, UNetConfigFile.parse(Fields.parse("{\"sample_size\": 32}")).sampleSize());
        String old = "{\"sample_size\": 32, \"_diffusers_version\": \"0.6.0\"}";
        assertEquals(64, UNetConfigFile.parse(Fields.parse(old)).sampleSize());
        String newer = "{\"sample_size\": 32, \"_diffusers_version\": \"0.10.2\"}";
        assertEquals(32, UNetConfigFile.parse(Fields.parse(newer)).sampleSize());
    }

    @Test
    void filesThatAreNoneAreNamed(@TempDir Path folder) throws Exception {
        Path missing = folder.resolve("none.json");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> VaeConfigFile.read(missing))
                .getMessage()
                .contains("none.json"));
        Path damaged = folder.resolve("damaged.json");
        Files.writeString(damaged, "{\"act_fn\": ");
        assertThrows(IllegalArgumentException.class, () -> VaeConfigFile.read(damaged));
        Files.writeString(damaged, "[]");
        assertThrows(IllegalArgumentException.class, () -> SchedulerFile.read(damaged));
        assertTrue(!StableDiffusionFolder.describes(folder));
    }
}

package dev.tandem.samples.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Precision;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TapeOptions;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.Parameters;
import dev.tandem.diffusion.load.UNetLoader;
import dev.tandem.diffusion.unet.UNet2DCondition;
import dev.tandem.diffusion.unet.UNetConfig;
import dev.tandem.llm.load.TrainableLlama;
import dev.tandem.llm.model.LlamaConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a forward pass keeps for the way back, in a process of its own, as the allocator keeps for later what was freed. */
@EnabledOnOs(OS.LINUX)
class KeptMemoryTest {

    /** Prints by how much a forward pass has let the resident memory grow. */
    static final class Forward {

        private Forward() {}

        public static void main(String[] args) throws IOException {
            TensorEngine engine = TorchEngine.cpu();
            TapeOptions options = new TapeOptions(Precision.FLOAT32, Boolean.parseBoolean(args[1]));
            try (Scope scope = engine.scope()) {
                System.out.println("grown " + (args[0].equals("llm") ? llm(engine, options) : unet(engine, options)));
            }
        }

        private static long llm(TensorEngine engine, TapeOptions options) throws IOException {
            LlamaConfig config = LlamaConfig.builder()
                    .vocabSize(64)
                    .hiddenSize(128)
                    .intermediateSize(512)
                    .hiddenLayers(8)
                    .attentionHeads(4)
                    .maxPositionEmbeddings(256)
                    .build();
            try (TrainableLlama llama = TrainableLlama.fresh(engine, config, new SplittableRandom(1))) {
                llama.parameters().values().forEach(each -> each.requiresGrad(true));
                Tensor ids = engine.tensor(new long[8 * 256], 8, 256);
                try (GradientTape tape = engine.gradientTape(options)) {
                    long before = residentBytes();
                    Tensor hidden = llama.model().hidden(ids, null);
                    long grown = residentBytes() - before;
                    tape.backward(hidden.square().mean());
                    return grown;
                }
            }
        }

        private static long unet(TensorEngine engine, TapeOptions options) throws IOException {
            UNetConfig config = UNetConfig.builder()
                    .sampleSize(32)
                    .inChannels(4)
                    .outChannels(4)
                    .blockOutChannels(List.of(32, 64))
                    .layersPerBlock(List.of(2, 2))
                    .downAttention(List.of(true, true))
                    .upAttention(List.of(true, true))
                    .downTransformerLayers(List.of(1, 1))
                    .upTransformerLayers(List.of(1, 1))
                    .onlyCrossAttention(List.of(false, false))
                    .attentionHeads(List.of(2, 2))
                    .crossAttentionDim(List.of(32, 32))
                    .normNumGroups(8)
                    .timeEmbeddingDim(64)
                    .build();
            Parameters weights = new Parameters(new FreshWeights(engine, new SplittableRandom(1)));
            try (UNet2DCondition unet = UNetLoader.build(engine, config, weights)) {
                weights.asMap().values().forEach(each -> each.requiresGrad(true));
                SplittableRandom random = new SplittableRandom(2);
                Tensor latents = engine.randn(random, 4, 4, 32, 32);
                Tensor context = engine.randn(random, 4, 8, 32);
                try (GradientTape tape = engine.gradientTape(options)) {
                    long before = residentBytes();
                    Tensor noise = unet.forward(latents, engine.tensor(new long[4], 4), context);
                    long grown = residentBytes() - before;
                    tape.backward(noise.square().mean());
                    return grown;
                }
            }
        }

        private static long residentBytes() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static long grown(String network, boolean checkpointing) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dai.djl.offline=true",
                        "-DOPT_OUT_TRACKING=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Forward.class.getName(),
                        network,
                        String.valueOf(checkpointing))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return Long.parseLong(output.substring(output.lastIndexOf("grown ") + 6).strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"llm", "unet"})
    void checkpointingKeepsLess(String network) throws Exception {
        long plain = grown(network, false);
        long again = grown(network, true);
        assertTrue(2 * again < plain, network + ": " + again + " bytes with checkpointing, " + plain + " without");
    }
}

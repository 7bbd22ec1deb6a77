package dev.tandem.samples.bench;

import dev.tandem.core.weights.LoraConfig;
import dev.tandem.diffusion.text.ClipTextConfig;
import dev.tandem.diffusion.unet.UNetConfig;
import dev.tandem.diffusion.vae.VaeConfig;
import dev.tandem.llm.model.LlamaConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shapes of a joint step; one photo a dialogue.
 *
 * @param language the language model
 * @param lora adapts it; null where all of it is trained
 * @param text the text encoder, frozen
 * @param unet the denoiser, all of it trained
 * @param autoencoder frozen
 * @param batch dialogues
 * @param length tokens of each
 */
record JointSize(
        LlamaConfig language,
        @Nullable LoraConfig lora,
        ClipTextConfig text,
        UNetConfig unet,
        VaeConfig autoencoder,
        int batch,
        int length) {

    /** The size of that name: {@code mini}, which only shows that memory stays flat, {@code tiny} or {@code small}. */
    static JointSize named(String name) {
        return switch (name) {
            case "mini" -> mini();
            case "tiny" -> tiny();
            case "small" -> small();
            default ->
                throw new IllegalArgumentException("unknown size '" + name + "'; known are mini, tiny and small");
        };
    }

    private static JointSize mini() {
        return new JointSize(
                llama(1024, 64, 192, 2, 4, 2, 256),
                null,
                text(1024, 64, 256, 2, 4),
                unet(8, List.of(32, 64), List.of(true, false), 64),
                autoencoder(List.of(32, 32, 32, 32), 1),
                2,
                64);
    }

    private static JointSize tiny() {
        return new JointSize(
                llama(4096, 256, 768, 8, 8, 4, 512),
                null,
                text(4096, 256, 1024, 4, 8),
                unet(16, List.of(64, 128, 192), List.of(true, true, false), 256),
                autoencoder(List.of(32, 64, 128, 128), 1),
                16,
                256);
    }

    /** SmolLM2-135M, and the denoiser of Stable Diffusion 1.5 at half its width. */
    private static JointSize small() {
        return new JointSize(
                llama(49_152, 576, 1536, 30, 9, 3, 2048),
                new LoraConfig(
                        32,
                        32,
                        false,
                        Map.of(),
                        Map.of(),
                        LoraConfig.Bias.NONE,
                        false,
                        List.of("q_proj", "k_proj", "v_proj"),
                        List.of(),
                        ""),
                text(49_408, 768, 3072, 12, 12),
                unet(32, List.of(160, 320, 640, 640), List.of(true, true, true, false), 768),
                autoencoder(List.of(64, 128, 256, 256), 2),
                2,
                256);
    }

    private static LlamaConfig llama(
            int vocabulary, int width, int inner, int layers, int heads, int keyValueHeads, int positions) {
        return LlamaConfig.builder()
                .vocabSize(vocabulary)
                .hiddenSize(width)
                .intermediateSize(inner)
                .hiddenLayers(layers)
                .attentionHeads(heads)
                .keyValueHeads(keyValueHeads)
                .maxPositionEmbeddings(positions)
                .tieWordEmbeddings(true)
                .build();
    }

    private static ClipTextConfig text(int vocabulary, int width, int inner, int layers, int heads) {
        return ClipTextConfig.builder()
                .vocabSize(vocabulary)
                .hiddenSize(width)
                .intermediateSize(inner)
                .hiddenLayers(layers)
                .attentionHeads(heads)
                .bosTokenId(vocabulary - 2)
                .eosTokenId(vocabulary - 1)
                .padTokenId(vocabulary - 1)
                .build();
    }

    private static UNetConfig unet(int side, List<Integer> channels, List<Boolean> downAttention, int context) {
        int levels = channels.size();
        List<Boolean> upAttention = new ArrayList<>(downAttention);
        Collections.reverse(upAttention);
        return UNetConfig.builder()
                .sampleSize(side)
                .blockOutChannels(channels)
                .downAttention(downAttention)
                .upAttention(upAttention)
                .layersPerBlock(each(2, levels))
                .attentionHeads(each(8, levels))
                .crossAttentionDim(each(context, levels))
                .downTransformerLayers(each(1, levels))
                .upTransformerLayers(each(1, levels))
                .onlyCrossAttention(Collections.nCopies(levels, false))
                .timeEmbeddingDim(4 * channels.get(0))
                .build();
    }

    private static List<Integer> each(int value, int levels) {
        return Collections.nCopies(levels, value);
    }

    private static VaeConfig autoencoder(List<Integer> channels, int layers) {
        return VaeConfig.builder()
                .blockOutChannels(channels)
                .layersPerBlock(layers)
                .build();
    }
}

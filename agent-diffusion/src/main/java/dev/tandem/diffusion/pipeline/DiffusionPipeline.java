package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.Tensor;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The networks that turn token ids into pictures: text encoders, denoiser with its scheduler, decoder. {@link TextToImage} adds the
 * tokenizers. Safe to use from several threads.
 */
public sealed interface DiffusionPipeline extends AutoCloseable
        permits StableDiffusionPipeline, StableDiffusion3Pipeline {

    /**
     * What a text encoder reads.
     *
     * @param vocabulary ids that it knows
     * @param maxTokens most tokens of a row
     */
    record TextInput(int vocabulary, int maxTokens) {}

    /** One for each text encoder. */
    List<TextInput> textInputs();

    /**
     * Encodes prompts.
     *
     * @param ids int64 [B, S] for each of {@link #textInputs}
     */
    Prompt encode(List<Tensor> ids);

    /** Height and width in pixels of the pictures that it was trained on. */
    int nativeSide();

    /**
     * Shape of the latents of some pictures.
     *
     * @throws IllegalArgumentException if the model cannot draw this size
     */
    long[] latentShape(int pictures, int height, int width);

    /**
     * Draws latents.
     *
     * @param prompt of B pictures
     * @param negative what guidance pushes away from, for each of them; null only without guidance
     * @param noise standard normal, {@link #latentShape}
     * @param settings steps, guidance, noise of the steps
     * @param random draws the noise of the steps, where the sampler adds some
     * @param cancellation asked before each step
     * @param listener hears each finished step
     * @return latents as {@link #decode} takes them
     */
    Tensor denoise(
            Prompt prompt,
            @Nullable Prompt negative,
            Tensor noise,
            SamplerSettings settings,
            RandomGenerator random,
            Cancellation cancellation,
            ImageListener listener);

    /**
     * Decodes latents.
     *
     * @param latents [B, C, h, w], from {@link #denoise}
     * @return pictures [B, 3, H, W] in [0, 1]
     * @throws IllegalStateException if they hold values that are no numbers
     */
    Tensor decode(Tensor latents);

    /** Frees the weights. */
    @Override
    void close();
}

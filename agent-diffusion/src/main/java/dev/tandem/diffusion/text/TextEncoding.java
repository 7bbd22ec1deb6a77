package dev.tandem.diffusion.text;

import dev.tandem.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What the text encoder makes of a batch of texts.
 *
 * @param lastHiddenState [B, S, D], after the last norm: what Stable Diffusion 1 and 2 attend to
 * @param penultimate [B, S, D], the input of the last layer, without a norm: what Stable Diffusion 3 attends to
 * @param pooled [B, D], the last hidden state at the end of the text
 * @param textEmbeds [B, P], the pooled vector projected; null where the model has no projection
 */
public record TextEncoding(
        Tensor lastHiddenState,
        Tensor penultimate,
        Tensor pooled,
        @Nullable Tensor textEmbeds) {}

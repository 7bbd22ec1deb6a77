package dev.tandem.diffusion.train;

import dev.tandem.core.tensor.Tensor;

/** What a text encoder says about captions. */
@FunctionalInterface
public interface TextFeatures {

    /**
     * Hidden states of captions, made in the current scope.
     *
     * @param ids int64 [B, S]
     * @return [B, S, D]
     */
    Tensor of(Tensor ids);
}

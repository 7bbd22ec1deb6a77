package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.Tensor;

/** Hears of a drawing's latents, too. */
interface LatentListener extends ImageListener {

    /**
     * A step is done.
     *
     * @param step how many are done, from 1
     * @param steps how many there are
     * @param latents after it, [B, C, h, w]; only good within this call
     */
    void onLatents(int step, int steps, Tensor latents);
}

/**
 * From words to pictures: tokenizers, text encoders, denoiser with guidance, decoder. Open {@link dev.tandem.diffusion.pipeline.TextToImage}
 * first; {@link dev.tandem.diffusion.pipeline.StableDiffusionStage} is the same behind the agent's contract, and the pipelines are the
 * networks alone.
 */
@NullMarked
package dev.tandem.diffusion.pipeline;

import org.jspecify.annotations.NullMarked;

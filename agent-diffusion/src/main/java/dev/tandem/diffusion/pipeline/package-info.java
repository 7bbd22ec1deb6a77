/**
 * From token ids to pictures: text encoder, denoiser with guidance, decoder. Open
 * {@link dev.tandem.diffusion.pipeline.StableDiffusionPipeline} first; {@link dev.tandem.diffusion.pipeline.StableDiffusionStage} is the
 * same behind the agent's contract.
 */
@NullMarked
package dev.tandem.diffusion.pipeline;

import org.jspecify.annotations.NullMarked;

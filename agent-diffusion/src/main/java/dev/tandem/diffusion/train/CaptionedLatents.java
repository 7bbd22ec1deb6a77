package dev.tandem.diffusion.train;

import java.util.random.RandomGenerator;

/** Pictures as latents, each with one caption or several. Safe to read from several threads. */
public interface CaptionedLatents {

    /** How many there are. */
    int size();

    /** Channels, height and width of each. */
    long[] shape();

    /**
     * A picture's latents as the denoiser sees them, in row-major order.
     *
     * @param random draws them where they are drawn
     */
    float[] latents(int index, RandomGenerator random);

    /**
     * A caption of a picture in the text encoder's tokens.
     *
     * @param random chooses where a picture has several
     * @return ids with begin and end, padded to S
     */
    long[] caption(int index, RandomGenerator random);
}

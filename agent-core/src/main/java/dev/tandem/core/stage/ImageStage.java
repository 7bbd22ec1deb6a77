package dev.tandem.core.stage;

import dev.tandem.core.safety.ImageGuard;
import java.util.Optional;

/**
 * The third stage: a diffusion model that draws a picture from a caption's conditioning.
 *
 * <p>Safe to use from several threads; every call has its own tensor scope.
 */
public interface ImageStage extends AutoCloseable {

    /**
     * Draws a picture. The same conditioning and options give the same picture on the same kind of machine, within a rounding of its pixels where others are drawn at the
     * same time.
     *
     * @param conditioning from the bridge
     * @param options how to draw
     * @param cancellation asked before each step
     * @param listener hears each finished step, on this thread
     * @throws IllegalArgumentException if the model cannot draw this size
     * @throws CancelledException if cancelled
     */
    Picture draw(Conditioning conditioning, ImageOptions options, Cancellation cancellation, ImageListener listener);

    /** How it draws well where nobody says otherwise; an agent's folder does say it, in {@code agent.json}. */
    default ImageOptions defaults() {
        return ImageOptions.builder().build();
    }

    /**
     * What its publisher gave it to look at its pictures, if anything; {@link #draw} does not ask it, an agent does. Loaded when it is first asked for, and
     * closed with this stage.
     *
     * @throws dev.tandem.core.weights.WeightException if it is damaged
     */
    default Optional<ImageGuard> guard() {
        return Optional.empty();
    }

    /** The tokenizer of its text encoder, for the bridge. */
    CaptionTokenizer captionTokenizer();

    /** Width in pixels of the pictures that it was trained on. */
    int nativeWidth();

    /** Height in pixels of the pictures that it was trained on. */
    int nativeHeight();

    /** Frees the weights. Calls that are under way fail. */
    @Override
    void close();
}

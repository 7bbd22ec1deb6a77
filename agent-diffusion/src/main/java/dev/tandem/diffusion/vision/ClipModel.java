package dev.tandem.diffusion.vision;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.text.ClipTextModel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Both encoders of CLIP (Radford et al. 2021, figure 3): how well texts and pictures fit together; equal to transformers' {@code CLIPModel}.
 *
 * <p>Owns both encoders; close it when it is no longer needed.
 */
public final class ClipModel implements AutoCloseable {

    private final ClipTextModel text;
    private final ClipVisionModel vision;
    private final double logitScale;

    /**
     * Puts both together.
     *
     * @param text with a projection
     * @param vision with a projection to the same width
     * @param logitScale what similarities are multiplied with: the exponential of the checkpoint's {@code logit_scale}
     */
    public ClipModel(ClipTextModel text, ClipVisionModel vision, double logitScale) {
        if (text.config().projectionDim() != vision.config().projectionDim()
                || text.config().projectionDim() == 0) {
            throw new IllegalArgumentException(
                    "texts are projected to " + text.config().projectionDim() + " values and pictures to "
                            + vision.config().projectionDim() + "; they must be as many");
        }
        this.text = text;
        this.vision = vision;
        this.logitScale = logitScale;
    }

    public ClipTextModel text() {
        return text;
    }

    public ClipVisionModel vision() {
        return vision;
    }

    /**
     * Vectors of texts, of length 1.
     *
     * @param ids int64 [B, S]
     * @param attentionMask int64 [B, S]; null for none
     * @return [B, projectionDim]
     */
    public Tensor textEmbeds(Tensor ids, @Nullable Tensor attentionMask) {
        return unit(Objects.requireNonNull(text.encode(ids, null, attentionMask).textEmbeds()));
    }

    /**
     * Vectors of pictures, of length 1.
     *
     * @param pixels as {@link ClipVisionModel#encode} takes them
     * @return [B, projectionDim]
     */
    public Tensor imageEmbeds(Tensor pixels) {
        return unit(Objects.requireNonNull(vision.encode(pixels).imageEmbeds()));
    }

    /** How well each picture fits each text, as logits: [pictures, texts]. */
    public Tensor logitsPerImage(Tensor imageEmbeds, Tensor textEmbeds) {
        return imageEmbeds.matmul(textEmbeds.transpose(0, 1)).mul(logitScale);
    }

    private static Tensor unit(Tensor x) {
        return x.div(x.square().sum(-1, true).sqrt());
    }

    @Override
    public void close() {
        text.close();
        vision.close();
    }
}

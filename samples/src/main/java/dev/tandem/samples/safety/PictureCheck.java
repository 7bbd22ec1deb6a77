package dev.tandem.samples.safety;

import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.safety.ImageGuard;
import dev.tandem.diffusion.pipeline.TextToImage;
import dev.tandem.diffusion.safety.SafetyCheckerGuard;
import org.jspecify.annotations.Nullable;

/** Who looks at pictures: the model's own checker, another one, or nobody. Close it after the model. */
public final class PictureCheck implements AutoCloseable {

    private final boolean own;
    private final @Nullable SafetyCheckerGuard other;

    /**
     * A choice.
     *
     * @param own whether the model's own checker is asked
     * @param other asked in its place, and closed with this object; null for none
     */
    PictureCheck(boolean own, @Nullable SafetyCheckerGuard other) {
        this.own = own;
        this.other = other;
    }

    /** An agent whose pictures are looked at. */
    public PhotoSharingAgent.Builder on(PhotoSharingAgent.Builder agent) {
        return agent.modelGuard(own).imageGuard(other == null ? ImageGuard.NONE : other);
    }

    /** Who looks at the pictures of a model without an agent. */
    public ImageGuard of(TextToImage model) {
        if (other != null) {
            return other;
        }
        return own ? model.guard().orElse(ImageGuard.NONE) : ImageGuard.NONE;
    }

    @Override
    public void close() {
        if (other != null) {
            other.close();
        }
    }
}

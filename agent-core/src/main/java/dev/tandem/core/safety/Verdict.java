package dev.tandem.core.safety;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.vision.Blurred;
import java.util.Optional;

/**
 * What a guard says of a photo.
 *
 * @param action what is done with it
 * @param reason for the log and for the one who asked, without the caption itself; empty for {@link Action#ALLOW}
 */
public record Verdict(Action action, String reason) {

    /** What is done, from the mildest to the strictest. */
    public enum Action {
        /** Nothing. */
        ALLOW,
        /** It is shown, and said to be doubtful. */
        FLAG,
        /** It is shown blurred beyond recognition. */
        BLUR,
        /** It is not shown; of a caption, not drawn. */
        BLOCK
    }

    /** Nothing to say against it. */
    public static final Verdict ALLOWED = new Verdict(Action.ALLOW, "");

    public Verdict {
        if ((action == Action.ALLOW) != reason.isEmpty()) {
            throw new IllegalArgumentException(
                    "a verdict has a reason unless it allows, got " + action + " '" + reason + "'");
        }
    }

    /** A verdict with a reason. */
    public static Verdict of(Action action, String reason) {
        return new Verdict(action, reason);
    }

    /** The stricter of two; this one where they are equal. */
    public Verdict and(Verdict other) {
        return other.action.compareTo(action) > 0 ? other : this;
    }

    /** What of a picture is shown: all, a blurred one, or nothing. */
    public Optional<Picture> shown(Picture picture) {
        return switch (action) {
            case ALLOW, FLAG -> Optional.of(picture);
            case BLUR -> Optional.of(Blurred.of(picture));
            case BLOCK -> Optional.empty();
        };
    }

    /** Whether it is shown as it is, with nothing said. */
    public boolean allows() {
        return action == Action.ALLOW;
    }
}

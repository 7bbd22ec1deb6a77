package dev.tandem.core.safety;

import dev.tandem.core.stage.Picture;

/** Looks at a picture before anybody sees it. Safe to use from several threads. */
@FunctionalInterface
public interface ImageGuard {

    /** Lets everything pass. */
    ImageGuard NONE = picture -> Verdict.ALLOWED;

    /** Judges a picture. */
    Verdict check(Picture picture);

    /** Both guards; the stricter verdict counts. */
    default ImageGuard and(ImageGuard other) {
        if (this == NONE || other == NONE) {
            return this == NONE ? other : this;
        }
        return picture -> check(picture).and(other.check(picture));
    }
}

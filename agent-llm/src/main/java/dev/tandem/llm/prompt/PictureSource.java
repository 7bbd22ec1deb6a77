package dev.tandem.llm.prompt;

import dev.tandem.core.stage.Picture;
import java.util.random.RandomGenerator;

/** A picture that somebody sent: always the same one, or one of the same scene composed anew each time. */
@FunctionalInterface
public interface PictureSource {

    /** The picture. */
    Picture next(RandomGenerator random);
}

package dev.tandem.samples.evaluate;

import dev.tandem.samples.world.Place;
import dev.tandem.samples.world.Subject;
import dev.tandem.samples.world.TimeOfDay;
import java.util.Set;

/**
 * What the judge sees in a picture.
 *
 * @param subjects more likely there than not; the likeliest one where none is
 * @param count number of things
 * @param place where
 * @param time when
 */
record Verdict(Set<Subject> subjects, int count, Place place, TimeOfDay time) {

    Verdict {
        subjects = Set.copyOf(subjects);
    }
}

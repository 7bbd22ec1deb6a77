package dev.tandem.samples.world;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Draws scenes of one split: {@value #PERCENT_ONE} % show one subject, {@value #PERCENT_ALIKE} % two or three alike, the rest a pair.
 * Subjects, places and times are equally likely; a paintable subject keeps its own colour in a quarter of the cases.
 *
 * @param split which scenes may be drawn
 */
public record SceneSampler(Split split) {

    private static final int PERCENT_ONE = 62;
    private static final int PERCENT_ALIKE = 23;
    private static final List<Subject> SUBJECTS = List.of(Subject.values());
    private static final List<Place> PLACES = List.of(Place.values());
    private static final List<TimeOfDay> TIMES = List.of(TimeOfDay.values());
    private static final List<Relation> RELATIONS = List.of(Relation.values());
    private static final List<Colour> COLOURS = List.of(Colour.values());

    /** The next scene of this split. */
    public Scene next(RandomGenerator random) {
        return next(random.nextInt(100), random);
    }

    /** The next pair of this split. */
    Scene nextPair(RandomGenerator random) {
        return next(PERCENT_ONE + PERCENT_ALIKE, random);
    }

    private Scene next(int kind, RandomGenerator random) {
        while (true) {
            Scene scene = kind < PERCENT_ONE
                    ? alike(1, random)
                    : kind < PERCENT_ONE + PERCENT_ALIKE ? alike(2 + random.nextInt(2), random) : pair(random);
            if (Split.of(scene) == split) {
                return scene;
            }
        }
    }

    private static Scene alike(int count, RandomGenerator random) {
        return Scene.of(item(random).withCount(count), pick(PLACES, random), pick(TIMES, random));
    }

    private static Scene pair(RandomGenerator random) {
        Item first = item(random);
        Item second = item(random);
        while (second.subject() == first.subject()) {
            second = item(random);
        }
        return Scene.pair(first, pick(RELATIONS, random), second, pick(PLACES, random), pick(TIMES, random));
    }

    private static Item item(RandomGenerator random) {
        Subject subject = pick(SUBJECTS, random);
        boolean painted = subject.paintable() && random.nextInt(4) > 0;
        return new Item(subject, painted ? Optional.of(pick(COLOURS, random)) : Optional.empty(), 1);
    }

    /** One of a list, all equally likely. */
    static <T> T pick(List<T> list, RandomGenerator random) {
        return list.get(random.nextInt(list.size()));
    }
}

package dev.tandem.samples.world;

/**
 * Which scenes may be trained on. A scene is {@link #HELD_OUT} if one of its combinations is, and combinations are chosen by a fixed
 * hash of their names, so the choice is the same on every machine and in every version with the same names:
 *
 * <ul>
 *   <li>subject and place: about 1 in 13, never a place where the subject is {@linkplain Subject#homes() at home};
 *   <li>subject and a number of two or three: about 1 in 12, never both numbers of one subject;
 *   <li>subject, place and time together: about 1 in 16;
 *   <li>two subjects in one picture, whichever stands on the left: about 1 in 8.
 * </ul>
 *
 * <p>Colours take no part. Every subject, place, number and time by itself is in {@link #TRAIN}, so a held-out scene asks
 * whether known things can be put together anew, never for something unknown.
 */
public enum Split {
    /** Made of combinations that training may see. */
    TRAIN,
    /** Has at least one combination that training never sees. */
    HELD_OUT;

    /** The side on which a scene stands. */
    public static Split of(Scene scene) {
        for (Item item : scene.items()) {
            Subject subject = item.subject();
            if (heldOut(subject, scene.place())
                    || heldOut(subject, item.count())
                    || heldOut(subject, scene.place(), scene.time())) {
                return HELD_OUT;
            }
        }
        return scene.isPair()
                        && heldOut(
                                scene.items().get(0).subject(),
                                scene.items().get(1).subject())
                ? HELD_OUT
                : TRAIN;
    }

    private static boolean heldOut(Subject subject, Place place) {
        return !subject.homes().contains(place) && bucket("stands", subject.name(), place.name()) % 13 == 0;
    }

    private static boolean heldOut(Subject subject, int count) {
        return count > 1
                && bucket("count", subject.name()) % 6 == 0
                && bucket("which", subject.name()) % 2 == count % 2;
    }

    private static boolean heldOut(Subject subject, Place place, TimeOfDay time) {
        return place.hasTime() && bucket("time", subject.name(), place.name(), time.name()) % 16 == 0;
    }

    static boolean heldOut(Subject one, Subject other) {
        boolean ordered = one.compareTo(other) < 0;
        return bucket("pair", (ordered ? one : other).name(), (ordered ? other : one).name()) % 8 == 0;
    }

    /** FNV-1a over the words, mixed once more because its low bits alone are weak. */
    private static int bucket(String... words) {
        int hash = 0x811c9dc5;
        for (String word : words) {
            for (int i = 0; i <= word.length(); i++) {
                hash = (hash ^ (i < word.length() ? word.charAt(i) : '|')) * 0x01000193;
            }
        }
        hash = (hash ^ (hash >>> 16)) * 0x45d9f3b;
        return (hash ^ (hash >>> 16)) & Integer.MAX_VALUE;
    }
}

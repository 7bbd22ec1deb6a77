package dev.tandem.samples.world;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Puts a scene, or as much of it as a speaker tells, into words for the slots of {@link Phrasebook}. */
final class SceneWords {

    private static final List<String> TRIMMINGS =
            List.of("cute", "big", "little", "beautiful", "funny", "happy", "nice", "lovely", "sweet");
    private static final List<String> DOINGS =
            List.of("playing", "sitting", "running", "standing", "walking", "sleeping", "waiting");

    private SceneWords() {}

    /** How much of a scene a speaker tells. */
    enum Told {
        ALL(true, true, true),
        NO_PLACE(true, true, false),
        NO_TIME(true, false, true),
        SUBJECT_ONLY(true, false, false),
        /** "some dogs". */
        NO_NUMBER(false, true, true);

        private final boolean number;
        private final boolean time;
        private final boolean place;

        Told(boolean number, boolean time, boolean place) {
            this.number = number;
            this.time = time;
            this.place = place;
        }

        Set<Fact> facts() {
            Set<Fact> facts = EnumSet.of(Fact.SUBJECT);
            if (number) {
                facts.add(Fact.COUNT);
            }
            if (place) {
                facts.add(Fact.PLACE);
            }
            if (time) {
                facts.add(Fact.TIME);
            }
            return facts;
        }

        /** Whether someone who heard this knows all of the scene, counting that an untold time is a sunny day. */
        boolean enough(Scene scene) {
            return number
                    && place
                    && (time || scene.time() == TimeOfDay.DAY || !scene.place().hasTime());
        }
    }

    /** All slots about a scene. */
    static Map<String, String> slots(Scene scene, Told told, RandomGenerator random) {
        Map<String, String> slots = new HashMap<>(general(random));
        String subjects = told.number
                ? subjects(scene, random)
                : SceneSampler.pick(List.of("some ", "a few ", ""), random) + painted(scene.first()) + many(scene);
        boolean plural = scene.isPair() || scene.first().count() > 1;
        StringBuilder words = new StringBuilder(subjects);
        if (told.place) {
            words.append(' ').append(CaptionWriter.place(scene.place(), random));
        }
        String time = told.time && scene.place().hasTime() ? time(scene.time(), random) : "";
        words.append(time.isEmpty() ? "" : " ").append(time);
        slots.put("scene", words.toString());
        slots.put("np", subjects);
        slots.put("many", many(scene));
        slots.put("place", CaptionWriter.place(scene.place(), random));
        slots.put("it", plural ? "them" : "it");
        boolean several = plural && !scene.isPair();
        slots.put("here_is", several ? "here are" : "here is");
        slots.put("Here_is", several ? "Here are" : "Here is");
        slots.put("That_is", several ? "Those are" : "That is");
        return slots;
    }

    /** The same in the words of a user who wishes for it, perhaps with trimmings that no picture shows: "a cute dog playing in the snow". */
    static Map<String, String> wish(Scene scene, Told told, RandomGenerator random) {
        Map<String, String> slots = slots(scene, told, random);
        if (scene.isPair()) {
            return slots;
        }
        String plain = slots.getOrDefault("np", "");
        String trimmed = plain;
        if (random.nextInt(100) < 10) {
            String trimming = SceneSampler.pick(TRIMMINGS, random);
            trimmed = trimmed.replaceFirst("^an? ", "a " + trimming + " ")
                    .replaceFirst("^(one|two|three|some|a few) ", "$1 " + trimming + " ");
        }
        if (scene.first().subject().kind() == Subject.Kind.ANIMAL && random.nextInt(100) < 15) {
            trimmed += " " + SceneSampler.pick(DOINGS, random);
        }
        slots.put("scene", slots.getOrDefault("scene", plain).replace(plain, trimmed));
        return slots;
    }

    /** Things and a place that the agent knows, to name as examples. */
    static Map<String, String> general(RandomGenerator random) {
        List<Subject> subjects = List.of(Subject.values());
        int first = random.nextInt(subjects.size());
        int second = (first + 1 + random.nextInt(19)) % subjects.size();
        int third = (first + 20 + random.nextInt(20)) % subjects.size();
        return Map.of(
                "a", example(subjects.get(first), random),
                "b", example(subjects.get(second), random),
                "c", example(subjects.get(third), random),
                "place", CaptionWriter.place(SceneSampler.pick(List.of(Place.values()), random), random));
    }

    /** Everybody knows when; empty for the sunny day in most cases, as it goes without saying. */
    private static String time(TimeOfDay time, RandomGenerator random) {
        return time == TimeOfDay.DAY && random.nextInt(4) > 0 ? "" : explicit(time, random);
    }

    /** "at night", always said. */
    static String explicit(TimeOfDay time, RandomGenerator random) {
        return switch (time) {
            case DAY -> SceneSampler.pick(List.of("on a sunny day", "in the daytime", "in the sunshine"), random);
            case SUNSET -> "at sunset";
            case NIGHT -> "at night";
            case RAIN -> SceneSampler.pick(List.of("in the rain", "on a rainy day"), random);
        };
    }

    private static String subjects(Scene scene, RandomGenerator random) {
        String first = CaptionWriter.words(scene.first(), random);
        return scene.relation()
                .map(relation -> first + " " + relation.phrase() + " "
                        + CaptionWriter.words(scene.items().get(1), random))
                .orElse(first);
    }

    private static String many(Scene scene) {
        return scene.first().subject().usualName().many();
    }

    private static String painted(Item item) {
        return item.colour().map(colour -> colour.word() + " ").orElse("");
    }

    /** A thing to name: "a red car". */
    static String example(Subject subject, RandomGenerator random) {
        boolean painted = subject.paintable() && random.nextBoolean();
        Optional<Colour> colour =
                painted ? Optional.of(SceneSampler.pick(List.of(Colour.values()), random)) : Optional.empty();
        String noun =
                painted(new Item(subject, colour, 1)) + subject.usualName().one();
        return Subject.articleFor(noun) + " " + noun;
    }
}

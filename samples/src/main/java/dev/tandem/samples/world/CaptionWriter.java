package dev.tandem.samples.world;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/**
 * Says what a scene shows, in varied plain words: lower case, ASCII, at most 20 words. Each caption names every subject with its
 * number, each colour, the relation of a pair and the place. The time is named too, but for a sunny day only half of the times,
 * and never on the moon. {@link CaptionReader} reads all of it back.
 */
public final class CaptionWriter {

    private static final List<String> NUMBERS = List.of("", "one", "two", "three");

    private static final List<String> OPENINGS = List.of("a photo of", "a picture of");

    private CaptionWriter() {}

    /** A caption of a scene; different random numbers choose different words. */
    public static String write(Scene scene, RandomGenerator random) {
        return write(scene, CaptionWriter::words, random);
    }

    /**
     * A caption by somebody who names only the sort of each subject: "an animal on the beach". Numbers, colours and the rest are as in
     * {@link #write}.
     */
    public static String writeVaguely(Scene scene, RandomGenerator random) {
        return write(scene, CaptionWriter::vagueWords, random);
    }

    private static String write(Scene scene, BiFunction<Item, RandomGenerator, String> words, RandomGenerator random) {
        StringBuilder caption = new StringBuilder();
        if (!scene.isPair() && random.nextInt(7) == 0) {
            caption.append(SceneSampler.pick(OPENINGS, random)).append(' ');
        }
        caption.append(words.apply(scene.first(), random));
        if (scene.isPair()) {
            caption.append(' ')
                    .append(SceneSampler.pick(phrases(scene.relation().orElseThrow()), random));
            caption.append(' ').append(words.apply(scene.items().get(1), random));
        } else if (random.nextInt(5) == 0) {
            caption.append(posture(scene.first().subject()).map(" "::concat).orElse(""));
        }
        caption.append(' ').append(place(scene.place(), random));
        String time = time(scene, random);
        return time.isEmpty()
                ? caption.toString()
                : caption.append(' ').append(time).toString();
    }

    /** "a red car", "two horses", "three slices of pizza". */
    static String words(Item item, RandomGenerator random) {
        Subject subject = item.subject();
        Subject.Name name = random.nextInt(4) == 0 ? SceneSampler.pick(subject.names(), random) : subject.usualName();
        String adjective = item.colour().map(Colour::word).orElse(random.nextInt(8) == 0 ? subject.look() : "");
        String noun = (adjective.isEmpty() ? "" : adjective + " ") + name.forCount(item.count());
        if (item.count() > 1) {
            return NUMBERS.get(item.count()) + " " + noun;
        }
        return (random.nextInt(24) == 0 ? "one" : Subject.articleFor(noun)) + " " + noun;
    }

    /** "a red vehicle", "two animals", "some food". */
    private static String vagueWords(Item item, RandomGenerator random) {
        String colour = item.colour().map(c -> c.word() + " ").orElse("");
        Subject.Name name = item.subject().kind().usualName();
        String noun = colour + name.forCount(item.count());
        return item.count() > 1 ? NUMBERS.get(item.count()) + " " + noun : Subject.articleFor(noun) + " " + noun;
    }

    /** "on the beach". */
    static String place(Place place, RandomGenerator random) {
        return SceneSampler.pick(phrases(place), random);
    }

    /** "at night"; perhaps empty. */
    private static String time(Scene scene, RandomGenerator random) {
        return scene.place().hasTime() ? SceneSampler.pick(phrases(scene.time()), random) : "";
    }

    private static Optional<String> posture(Subject subject) {
        return switch (subject) {
            case BALLOON, UMBRELLA, UFO -> Optional.empty();
            default ->
                switch (subject.kind()) {
                    case ANIMAL, THING -> Optional.of("standing");
                    case VEHICLE -> Optional.of("parked");
                    case FOOD -> Optional.empty();
                };
        };
    }

    private static List<String> phrases(Place place) {
        return switch (place) {
            case BEACH -> List.of("on the beach", "on the beach", "at the beach");
            case FOREST -> List.of("in the forest", "in the forest", "in the woods");
            case CITY -> List.of("in the city", "in the city", "on a city street");
            case DESERT -> List.of("in the desert");
            case SNOW -> List.of("in the snow");
            case LAKE -> List.of("by the lake", "by the lake", "at the lake");
            case FARM -> List.of("on a farm", "on the farm");
            case MOUNTAINS -> List.of("in the mountains");
            case KITCHEN -> List.of("in the kitchen", "in the kitchen", "in a kitchen");
            case MOON -> List.of("on the moon");
        };
    }

    private static List<String> phrases(TimeOfDay time) {
        return switch (time) {
            case DAY -> List.of("", "", "on a sunny day", "in the sunshine");
            case SUNSET -> List.of("at sunset", "at sunset", "as the sun goes down");
            case NIGHT -> List.of("at night", "at night", "on a starry night");
            case RAIN -> List.of("in the rain", "in the rain", "on a rainy day");
        };
    }

    private static List<String> phrases(Relation relation) {
        return switch (relation) {
            case LEFT_OF -> List.of("to the left of", "to the left of", "on the left of");
            case RIGHT_OF -> List.of("to the right of", "to the right of", "on the right of");
            case NEXT_TO -> List.of("next to", "next to", "beside", "and");
        };
    }
}

package dev.tandem.samples.world;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a text says about a picture; what it does not say is empty. The {@code ...Agree} methods compare it with a scene one fact at
 * a time, so that an evaluation can count each.
 *
 * @param mentions subjects in the order of the text, each once; perhaps none
 * @param place where
 * @param time when
 * @param relation how the first subject stands to the second
 */
public record CaptionFacts(
        List<Mention> mentions, Optional<Place> place, Optional<TimeOfDay> time, Optional<Relation> relation) {

    /**
     * A subject that the text names.
     *
     * @param subject which
     * @param count how many; empty for a plural without a number, as in "some dogs"
     * @param colour its colour, for a paintable subject
     */
    public record Mention(Subject subject, OptionalInt count, Optional<Colour> colour) {}

    public CaptionFacts {
        mentions = List.copyOf(mentions);
    }

    /** All that is true of a scene and that a caption may say. */
    public static CaptionFacts of(Scene scene) {
        return new CaptionFacts(
                scene.items().stream()
                        .map(item -> new Mention(item.subject(), OptionalInt.of(item.count()), item.colour()))
                        .toList(),
                Optional.of(scene.place()),
                scene.place().hasTime() ? Optional.of(scene.time()) : Optional.empty(),
                scene.relation());
    }

    /** With what goes without saying: a picture of which no time is told shows a sunny day, and on the moon there is no time. */
    public CaptionFacts completed() {
        boolean timeless = place.filter(where -> !where.hasTime()).isPresent();
        return new CaptionFacts(
                mentions, place, timeless ? Optional.empty() : Optional.of(time.orElse(TimeOfDay.DAY)), relation);
    }

    /** Whether these are the subjects of the scene, all of them and no other. */
    public boolean subjectsAgree(Scene scene) {
        return subjects().equals(of(scene).subjects());
    }

    /** Whether it names the scene's place. */
    public boolean placeAgrees(Scene scene) {
        return place.equals(Optional.of(scene.place()));
    }

    /** Whether each subject has the scene's number; false where the subjects differ. */
    public boolean countsAgree(Scene scene) {
        return by(Mention::count).equals(of(scene).by(Mention::count));
    }

    /** Whether each subject has the scene's colour; false where the subjects differ. */
    public boolean coloursAgree(Scene scene) {
        return by(Mention::colour).equals(of(scene).by(Mention::colour));
    }

    /** Whether the time is the scene's, if only because none is told and the sun shines. */
    public boolean timeAgrees(Scene scene) {
        return completed().time().equals(of(scene).time());
    }

    /** Whether the pair stands as in the scene, whichever is named first; true for scenes without a pair if none is told. */
    public boolean relationAgrees(Scene scene) {
        return order().equals(of(scene).order());
    }

    private Set<Subject> subjects() {
        return mentions.stream().map(Mention::subject).collect(Collectors.toSet());
    }

    private <T> Map<Subject, T> by(Function<Mention, T> property) {
        Map<Subject, T> result = new EnumMap<>(Subject.class);
        mentions.forEach(mention -> result.put(mention.subject(), property.apply(mention)));
        return result;
    }

    /** Subjects from left to right; in the order of their names where nothing is said about left and right. */
    private List<Subject> order() {
        if (relation.isEmpty() || mentions.size() < 2) {
            return List.of();
        }
        Subject first = mentions.get(0).subject();
        Subject second = mentions.get(1).subject();
        return switch (relation.get()) {
            case LEFT_OF -> List.of(first, second);
            case RIGHT_OF -> List.of(second, first);
            case NEXT_TO ->
                List.of(first, first, second, second).stream().sorted().toList();
        };
    }
}

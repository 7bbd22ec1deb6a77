package dev.tandem.samples.world;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A wish that changes one thing of the photo before.
 *
 * @param rule how the user says it
 * @param slots what the rule needs besides the words of the old scene
 * @param scene what the new photo shows
 */
record FollowUp(String rule, Map<String, String> slots, Scene scene) {

    /** A change of a scene that a split allows; in held-out dialogues any. If none is found, the same once more. */
    static FollowUp of(Scene old, Split split, RandomGenerator random) {
        for (int attempt = 0; attempt < 20; attempt++) {
            Optional<FollowUp> change = change(old, random);
            if (change.isPresent()
                    && (split == Split.HELD_OUT || Split.of(change.get().scene()) == split)) {
                return change.get();
            }
        }
        return new FollowUp("follow.again", Map.of(), old);
    }

    private static Optional<FollowUp> change(Scene old, RandomGenerator random) {
        int roll = random.nextInt(100);
        if (roll < 24) {
            TimeOfDay time = SceneSampler.pick(List.of(TimeOfDay.values()), random);
            boolean possible = old.place().hasTime() && time != old.time();
            return when(
                    possible,
                    () -> new FollowUp(
                            "follow.time", Map.of("time", SceneWords.explicit(time, random)), old.withTime(time)));
        }
        if (roll < 46) {
            return place(old, random);
        }
        if (roll < 64) {
            int count = 1 + random.nextInt(Item.MOST);
            return when(
                    !old.isPair() && count != old.first().count(),
                    () -> new FollowUp(
                            "follow.count",
                            Map.of("number", List.of("one", "two", "three").get(count - 1)),
                            old.withItem(old.first().withCount(count))));
        }
        if (roll < 76) {
            Colour colour = SceneSampler.pick(List.of(Colour.values()), random);
            boolean possible = !old.isPair()
                    && old.first().subject().paintable()
                    && !old.first().colour().equals(Optional.of(colour));
            return when(
                    possible,
                    () -> new FollowUp(
                            "follow.colour",
                            Map.of("colour", colour.word()),
                            old.withItem(old.first().withColour(colour))));
        }
        if (roll < 96) {
            return subject(old, roll < 86, random);
        }
        return Optional.of(new FollowUp("follow.again", Map.of(), old));
    }

    private static Optional<FollowUp> place(Scene old, RandomGenerator random) {
        Place place = SceneSampler.pick(List.of(Place.values()), random);
        // nobody has told a time on the moon, so elsewhere the sun shines
        Scene fresh = old.place().hasTime()
                ? old.withPlace(place)
                : old.withPlace(place).withTime(TimeOfDay.DAY);
        return when(
                place != old.place(),
                () -> new FollowUp("follow.place", Map.of("place", CaptionWriter.place(place, random)), fresh));
    }

    /** Another subject instead, or one more beside it. */
    private static Optional<FollowUp> subject(Scene old, boolean instead, RandomGenerator random) {
        Item item = Item.one(SceneSampler.pick(List.of(Subject.values()), random));
        if (old.isPair()
                || item.subject() == old.first().subject()
                || !instead && old.first().count() > 1) {
            return Optional.empty();
        }
        Map<String, String> slots = new HashMap<>(Map.of("np", CaptionWriter.words(item, random)));
        if (instead) {
            return Optional.of(new FollowUp("follow.subject", slots, old.withItem(item)));
        }
        Relation relation = SceneSampler.pick(List.of(Relation.values()), random);
        slots.put(
                "side",
                switch (relation) {
                    case LEFT_OF -> SceneSampler.pick(List.of("to the left", "on the left"), random);
                    case RIGHT_OF -> SceneSampler.pick(List.of("to the right", "on the right"), random);
                    case NEXT_TO -> "next to it";
                });
        Scene pair = relation == Relation.NEXT_TO
                ? Scene.pair(old.first(), relation, item, old.place(), old.time())
                : Scene.pair(item, relation, old.first(), old.place(), old.time());
        return Optional.of(new FollowUp("follow.add", slots, pair));
    }

    private static Optional<FollowUp> when(boolean possible, Supplier<FollowUp> change) {
        return possible ? Optional.of(change.get()) : Optional.empty();
    }
}

package dev.tandem.samples.world;

import dev.tandem.samples.world.SceneWords.Told;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Writes dialogues in which the user sends photos and asks what they show, where and when they were taken, how many things are on them and in
 * which colour, or wants them drawn, as they are or with a change. What the agent answers is told by the photo alone.
 *
 * @param split what scenes and phrasings may be used
 */
record Sights(Split split) {

    private static final List<SightQuestion> QUESTIONS = List.of(
            SightQuestion.WHAT,
            SightQuestion.WHAT,
            SightQuestion.WHAT,
            SightQuestion.SUBJECT,
            SightQuestion.SUBJECT,
            SightQuestion.PLACE,
            SightQuestion.PLACE,
            SightQuestion.TIME,
            SightQuestion.TIME,
            SightQuestion.COUNT,
            SightQuestion.COUNT,
            SightQuestion.COLOUR,
            SightQuestion.COLOUR,
            SightQuestion.PRESENCE,
            SightQuestion.PRESENCE,
            SightQuestion.REACTION,
            SightQuestion.DRAW,
            SightQuestion.DRAW,
            SightQuestion.CHANGE,
            SightQuestion.ANOTHER_TIME,
            SightQuestion.ELSEWHERE);

    private static final List<String> NUMBERS = List.of("one", "two", "three");

    /**
     * A question with its answer.
     *
     * @param drawn what the agent draws; empty for an answer in words
     * @param change whether the words mean the photo only where nothing stands between them
     */
    private record Exchange(String user, String agent, Optional<Scene> drawn, boolean change) {}

    /** The next dialogue. */
    PhotoDialogue next(RandomGenerator random) {
        Conversation talk = new Conversation(split, random);
        if (random.nextInt(6) == 0) {
            talk.words(talk.say("user.greets", Map.of()), talk.say("agent.greets", Map.of()));
        }
        int photos = random.nextInt(4) == 0 ? 2 : 1;
        for (int i = 0; i < photos; i++) {
            about(talk, new SceneSampler(split).next(random), random);
        }
        if (talk.size() < 4 || random.nextInt(8) == 0 && talk.room(1)) {
            talk.pair("talk", Map.of());
        }
        return talk.finish(PhotoDialogue.Kind.SIGHT);
    }

    /** A photo comes with the first question; once something was drawn, "it" is that. */
    private void about(Conversation talk, Scene scene, RandomGenerator random) {
        int questions = 1 + random.nextInt(4);
        List<SightQuestion> asked = new ArrayList<>();
        for (int i = 0; i < questions && talk.room(1); i++) {
            SightQuestion question = SceneSampler.pick(QUESTIONS, random);
            Optional<Exchange> exchange =
                    asked.contains(question) ? Optional.empty() : exchange(talk, question, scene, random);
            if (exchange.isEmpty() || i == 0 && exchange.get().change()) {
                i--;
                continue;
            }
            asked.add(question);
            Exchange said = exchange.get();
            if (i == 0 && said.drawn().isPresent()) {
                talk.sight(scene, said.user(), said.agent(), said.drawn().get());
            } else if (i == 0) {
                talk.sight(scene, said.user(), said.agent());
            } else if (said.drawn().isPresent()) {
                talk.photo(said.user(), said.agent(), said.drawn().get());
            } else {
                talk.words(said.user(), said.agent());
            }
            talk.answered(question);
            if (said.drawn().isPresent()) {
                return;
            }
        }
    }

    private Optional<Exchange> exchange(
            Conversation talk, SightQuestion question, Scene scene, RandomGenerator random) {
        Map<String, String> slots = SceneWords.slots(scene, Told.ALL, random);
        return switch (question) {
            case WHAT -> words(talk, "what", slots);
            case SUBJECT -> words(talk, "who", slots);
            case PLACE -> words(talk, "place", slots);
            case TIME -> time(talk, scene, slots, random);
            case COUNT -> count(talk, scene, slots);
            case COLOUR -> colour(talk, scene, slots, random);
            case PRESENCE -> presence(talk, scene, slots, random);
            case REACTION -> words(talk, "reaction", slots);
            case DRAW -> drawn(talk, talk.say("user.sight.draw", slots), scene, random, false);
            case CHANGE -> {
                FollowUp follow = FollowUp.of(scene, split, random);
                slots.putAll(follow.slots());
                yield drawn(talk, talk.say(follow.rule(), slots), follow.scene(), random, true);
            }
            case ANOTHER_TIME -> {
                TimeOfDay time = SceneSampler.pick(List.of(TimeOfDay.values()), random);
                slots.put("time", SceneWords.explicit(time, random));
                Scene other = scene.withTime(time);
                yield scene.place().hasTime() && time != scene.time() && allowed(other)
                        ? drawn(talk, talk.say("user.sight.draw.time", slots), other, random, false)
                        : Optional.empty();
            }
            case ELSEWHERE -> {
                Place place = SceneSampler.pick(List.of(Place.values()), random);
                Scene other = scene.withPlace(place);
                boolean same = !place.hasTime() || !scene.place().hasTime();
                slots.put("place", CaptionWriter.place(place, random));
                yield place != scene.place() && !same && allowed(other)
                        ? drawn(talk, talk.say("user.sight.draw.place", slots), other, random, false)
                        : Optional.empty();
            }
        };
    }

    private static Optional<Exchange> words(Conversation talk, String about, Map<String, String> slots) {
        return Optional.of(new Exchange(
                talk.say("user.sight." + about, slots),
                talk.say("agent.sight." + about, slots),
                Optional.empty(),
                false));
    }

    private static Optional<Exchange> drawn(
            Conversation talk, String user, Scene scene, RandomGenerator random, boolean change) {
        Map<String, String> slots = SceneWords.slots(scene, Told.ALL, random);
        String rule = random.nextInt(100) < 40 ? "agent.photo.short" : "agent.photo.full";
        return Optional.of(new Exchange(user, talk.say(rule, slots), Optional.of(scene), change));
    }

    private static Optional<Exchange> time(
            Conversation talk, Scene scene, Map<String, String> slots, RandomGenerator random) {
        slots.put("time", SceneWords.explicit(scene.time(), random));
        return scene.place().hasTime() ? words(talk, "time", slots) : Optional.empty();
    }

    private static Optional<Exchange> count(Conversation talk, Scene scene, Map<String, String> slots) {
        if (scene.isPair()) {
            return Optional.empty();
        }
        int count = scene.first().count();
        slots.put("number", NUMBERS.get(count - 1));
        slots.put("is_are", count > 1 ? "are" : "is");
        slots.put("things", scene.first().subject().usualName().forCount(count));
        return words(talk, "count", slots);
    }

    private static Optional<Exchange> colour(
            Conversation talk, Scene scene, Map<String, String> slots, RandomGenerator random) {
        List<Item> painted =
                scene.items().stream().filter(item -> item.colour().isPresent()).toList();
        if (painted.isEmpty()) {
            return Optional.empty();
        }
        Item item = SceneSampler.pick(painted, random);
        boolean several = item.count() > 1;
        slots.put("thing", item.subject().usualName().forCount(item.count()));
        slots.put("is", several ? "are" : "is");
        slots.put("It_is", several ? "They are" : "It is");
        slots.put("colour", item.colour().orElseThrow().word());
        return words(talk, "colour", slots);
    }

    /** Half of the times something is asked for that is not there. */
    private static Optional<Exchange> presence(
            Conversation talk, Scene scene, Map<String, String> slots, RandomGenerator random) {
        boolean there = random.nextBoolean();
        Item item = there
                ? SceneSampler.pick(scene.items(), random)
                : Item.one(SceneSampler.pick(List.of(Subject.values()), random));
        boolean shown = scene.items().stream().anyMatch(each -> each.subject() == item.subject());
        if (there && item.count() > 1 || shown != there) {
            return Optional.empty();
        }
        String noun = item.subject().usualName().one();
        Map<String, String> asked = new HashMap<>(slots);
        asked.put("guess", Subject.articleFor(noun) + " " + noun);
        return Optional.of(new Exchange(
                talk.say("user.sight.presence", asked),
                talk.say(there ? "agent.sight.yes" : "agent.sight.no", asked),
                Optional.empty(),
                false));
    }

    private boolean allowed(Scene scene) {
        return split == Split.HELD_OUT || Split.of(scene) == split;
    }
}

package dev.tandem.samples.world;

import dev.tandem.samples.world.SceneWords.Told;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Writes dialogues of words said after each other: nothing teaches a small language model as fast to repeat what it was told, in its order.
 *
 * @param split what pairs and phrasings may be used
 */
record Echoes(Split split) {

    /** The next dialogue. */
    PhotoDialogue next(RandomGenerator random) {
        Conversation talk = new Conversation(split, random);
        int rounds = 2 + random.nextInt(3);
        for (int i = 0; i < rounds; i++) {
            Map<String, String> slots = Map.of("words", random.nextBoolean() ? list(random) : pair(random));
            talk.words(talk.say("user.echo", slots), talk.say("agent.echo", slots));
        }
        return talk.finish(PhotoDialogue.Kind.ECHO);
    }

    private String pair(RandomGenerator random) {
        Map<String, String> slots = SceneWords.slots(new SceneSampler(split).nextPair(random), Told.ALL, random);
        return slots.getOrDefault(random.nextBoolean() ? "np" : "scene", "");
    }

    /** Three to seven things, known or unknown, no two of them a pair that is held out. */
    private String list(RandomGenerator random) {
        List<Subject> subjects = new ArrayList<>();
        List<String> things = new ArrayList<>();
        int size = 3 + random.nextInt(5);
        while (things.size() < size) {
            Subject subject = SceneSampler.pick(List.of(Subject.values()), random);
            if (random.nextInt(3) == 0) {
                things.add(SceneSampler.pick(Phrasebook.lines("unknown.things", split), random));
            } else if (split == Split.HELD_OUT || subjects.stream().noneMatch(other -> Split.heldOut(subject, other))) {
                subjects.add(subject);
                things.add(SceneWords.example(subject, random));
            }
        }
        return String.join(SceneSampler.pick(List.of(", ", ", ", " and ", ", and then "), random), things);
    }
}

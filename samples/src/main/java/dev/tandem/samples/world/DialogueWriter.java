package dev.tandem.samples.world;

import dev.tandem.samples.world.PhotoDialogue.Kind;
import dev.tandem.samples.world.SceneWords.Told;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Writes photo-sharing dialogues of 4 to {@value Conversation#LONGEST} turns, any number of different ones. About two thirds share a photo, about one in
 * seven shares two. A photo always answers a cue of the user: a request, a yes to an offer, a wish to change the last one. All that its
 * caption says was told before, by the user or by the agent in the same turn before the photo; a time that nobody told is a sunny day.
 *
 * <p>In {@link Split#TRAIN} all scenes are training scenes and the phrasings are those that {@link Phrasebook} allows for it. In
 * {@link Split#HELD_OUT} the first photo shows a held-out scene, a follow-up may change it to any scene, and all phrasings may occur.
 *
 * @param split what scenes and phrasings may be used
 * @param echoes share of dialogues in which the agent only repeats words, 0 to 1
 * @param sights share of dialogues in which the user sends photos and asks about them, 0 to 1; echoes are a share of the others
 */
public record DialogueWriter(Split split, double echoes, double sights) {

    private static final double FEW_ECHOES = 0.02;

    private static final List<String> TOO_MANY =
            List.of("four", "five", "six", "seven", "ten", "many", "lots of", "a hundred", "4", "5", "10");
    private static final int MORE_PAIRS = 30;
    private static final List<String> ODD_COLOURS =
            List.of("pink", "black", "white", "brown", "silver", "golden", "turquoise", "gray");

    public DialogueWriter {
        if (!(echoes >= 0 && echoes <= 1 && sights >= 0 && sights <= 1)) {
            throw new IllegalArgumentException(
                    "a share of dialogues is 0 to 1; got " + echoes + " for echoes and " + sights + " for sights");
        }
    }

    /** Without sights. */
    public DialogueWriter(Split split, double echoes) {
        this(split, echoes, 0);
    }

    /** With as few echoes as anybody would ask for, and without sights. */
    public DialogueWriter(Split split) {
        this(split, FEW_ECHOES);
    }

    /** The same with another share of dialogues in which the user sends photos. */
    public DialogueWriter withSights(double share) {
        return new DialogueWriter(split, echoes, share);
    }

    /** The next dialogue. */
    public PhotoDialogue next(RandomGenerator random) {
        if (sights > 0 && random.nextDouble() < sights) {
            return new Sights(split).next(random);
        }
        if (random.nextDouble() < echoes) {
            return new Echoes(split).next(random);
        }
        int roll = random.nextInt(100);
        if (roll < 10) {
            return smallTalk(random);
        }
        Conversation talk = new Conversation(split, random);
        Kind kind = roll < 39
                ? Kind.REQUEST
                : roll < 44
                        ? Kind.SURPRISE
                        : roll < 55
                                ? Kind.AGENT_SAW
                                : roll < 63
                                        ? Kind.USER_SAW
                                        : roll < 67
                                                ? Kind.ALTERNATIVE
                                                : roll < 72
                                                        ? Kind.DECLINED
                                                        : roll < 76
                                                                ? Kind.UNKNOWN
                                                                : roll < 83
                                                                        ? Kind.ABOUT_AGENT
                                                                        : roll < 89
                                                                                ? Kind.OUTSIDE
                                                                                : roll < 96 ? Kind.NO_CUE : Kind.CHAT;
        Optional<Scene> shown = switch (kind) {
            case REQUEST -> request(talk, random);
            case SURPRISE -> surprise(talk, random);
            case AGENT_SAW -> agentSaw(talk, true, random);
            case USER_SAW -> userSaw(talk, true, random);
            case ALTERNATIVE -> alternative(talk, random);
            case DECLINED -> agentSaw(talk, false, random);
            case UNKNOWN -> unknown(talk, random);
            case ABOUT_AGENT, OUTSIDE, CHAT -> chat(talk, kind, random);
            case NO_CUE -> noCue(talk, random);
            case SIGHT, ECHO, SMALL_TALK -> Optional.empty();
        };
        shown.ifPresent(scene -> afterPhoto(talk, scene, random));
        ending(talk, random);
        return talk.finish(kind);
    }

    private Optional<Scene> request(Conversation talk, RandomGenerator random) {
        opening(talk, 45, random);
        Scene scene = scene(random);
        int odd = random.nextInt(100);
        Item item = scene.first();
        if (odd < 4 && !scene.isPair()) {
            Scene three = scene.withItem(item.withCount(3));
            if (allowed(three)) {
                Map<String, String> slots = SceneWords.slots(three, Told.NO_NUMBER, random);
                String wish = slots.getOrDefault("scene", "");
                slots.put("scene", SceneSampler.pick(TOO_MANY, random) + " " + wish.replaceFirst("^(some|a few) ", ""));
                talk.photo(
                        talk.say("user.request", slots),
                        talk.say("agent.photo.three", SceneWords.slots(three, Told.ALL, random)),
                        three);
                return Optional.of(three);
            }
        }
        if (odd >= 4 && odd < 9 && !scene.isPair() && item.count() == 1) {
            Scene plain = scene.withItem(Item.one(item.subject()));
            boolean paintable = item.subject().paintable();
            String colour = paintable
                    ? SceneSampler.pick(ODD_COLOURS, random)
                    : SceneSampler.pick(List.of(Colour.values()), random).word();
            Map<String, String> wish = SceneWords.slots(plain, Told.ALL, random);
            wish.put(
                    "scene",
                    "a " + colour + " " + item.subject().usualName().one() + " " + wish.get("place")
                            + time(plain, random));
            Map<String, String> slots = SceneWords.slots(plain, Told.ALL, random);
            slots.put("odd", colour);
            talk.photo(
                    talk.say("user.request", wish),
                    talk.say(paintable ? "agent.photo.nocolour" : "agent.photo.owncolour", slots),
                    plain);
            return Optional.of(plain);
        }
        Told told = told(scene, random);
        talk.photo(
                talk.say("user.request", SceneWords.wish(scene, told, random)),
                answer(talk, scene, told.enough(scene), random),
                scene,
                told.facts());
        return Optional.of(scene);
    }

    private Optional<Scene> surprise(Conversation talk, RandomGenerator random) {
        opening(talk, 55, random);
        Scene scene = scene(random);
        boolean place = random.nextInt(3) == 0;
        talk.photo(
                talk.say(
                        place ? "user.request.place" : "user.request.plain", SceneWords.slots(scene, Told.ALL, random)),
                answer(talk, scene, false, random),
                scene,
                place ? EnumSet.of(Fact.PLACE) : EnumSet.noneOf(Fact.class));
        return Optional.of(scene);
    }

    /** The agent tells of something, the user wants to see it or does not. */
    private Optional<Scene> agentSaw(Conversation talk, boolean wanted, RandomGenerator random) {
        opening(talk, 40, random);
        Scene scene = scene(random);
        Map<String, String> slots = SceneWords.slots(scene, Told.ALL, random);
        boolean favourite = random.nextInt(4) == 0;
        boolean offered = !wanted || random.nextBoolean();
        String tale = talk.say(favourite ? "agent.favourite" : "agent.saw", slots);
        String more = !favourite && random.nextInt(3) == 0 ? " " + talk.say("agent.saw.more", slots) : "";
        String offer = offered ? " " + talk.say("agent.offer", slots) : "";
        talk.words(talk.say(favourite ? "user.asks.favourite" : "user.asks.day", slots), tale + more + offer);
        if (!wanted) {
            talk.words(talk.say("user.decline", slots), talk.say("agent.after.decline", slots));
            return Optional.empty();
        }
        talk.photo(
                talk.say(offered && random.nextInt(4) > 0 ? "user.accept" : "user.wants.it", slots),
                answer(talk, scene, true, random),
                scene);
        return Optional.of(scene);
    }

    /** The user tells of something and asks for a picture of it, or does not. */
    private Optional<Scene> userSaw(Conversation talk, boolean asks, RandomGenerator random) {
        opening(talk, 50, random);
        Scene scene = scene(random);
        Map<String, String> slots = SceneWords.slots(scene, Told.ALL, random);
        talk.words(talk.say("user.saw", slots), talk.say("agent.reacts.saw", slots));
        if (!asks) {
            talk.words(talk.say("user.saw.noask", slots), talk.say("agent.reacts.more", slots));
            return Optional.empty();
        }
        talk.photo(talk.say("user.asks.that", slots), answer(talk, scene, true, random), scene);
        return Optional.of(scene);
    }

    /** Something is asked for that the agent does not know, and something else shown. */
    private Optional<Scene> alternative(Conversation talk, RandomGenerator random) {
        opening(talk, 60, random);
        Scene scene = scene(random);
        Map<String, String> slots = SceneWords.slots(scene, Told.ALL, random);
        boolean offered = random.nextBoolean();
        if (offered && random.nextBoolean()) {
            String place = SceneSampler.pick(Phrasebook.lines("unknown.places", split), random);
            slots.put("unknown", place);
            Map<String, String> wish = new HashMap<>(slots);
            wish.put("scene", slots.get("np") + " " + place);
            talk.words(talk.say("user.request", wish), talk.say("agent.unknown.place", slots));
        } else {
            askUnknown(talk, slots, offered ? "agent.unknown.offer" : "agent.unknown", random);
        }
        talk.photo(talk.say(offered ? "user.accept" : "user.picks", slots), answer(talk, scene, true, random), scene);
        return Optional.of(scene);
    }

    private Optional<Scene> unknown(Conversation talk, RandomGenerator random) {
        opening(talk, 65, random);
        Map<String, String> slots = SceneWords.slots(scene(random), Told.ALL, random);
        boolean offered = random.nextInt(3) == 0;
        askUnknown(talk, slots, offered ? "agent.unknown.offer" : "agent.unknown", random);
        talk.words(
                talk.say(offered ? "user.decline" : "user.nevermind", slots),
                talk.say(offered ? "agent.after.decline" : "agent.nevermind", slots));
        return Optional.empty();
    }

    private void askUnknown(Conversation talk, Map<String, String> slots, String answer, RandomGenerator random) {
        String thing = SceneSampler.pick(Phrasebook.lines("unknown.things", split), random);
        Map<String, String> wish = new HashMap<>(slots);
        // half of the unknown things are wished for in a place that is known
        wish.put(
                "scene",
                random.nextBoolean() ? thing + " " + SceneWords.general(random).get("place") : thing);
        slots.put("unknown", thing);
        talk.words(talk.say("user.request", wish), talk.say(answer, slots));
    }

    private Optional<Scene> chat(Conversation talk, Kind kind, RandomGenerator random) {
        opening(talk, 50, random);
        int exchanges = 2 + random.nextInt(3);
        for (int i = 0; i < exchanges && talk.room(2); i++) {
            switch (kind) {
                case ABOUT_AGENT -> talk.pair(random.nextBoolean() ? "who" : "can", SceneWords.general(random));
                case OUTSIDE -> outside(talk, random);
                default -> talk.pair("talk", Map.of());
            }
        }
        return Optional.empty();
    }

    private void outside(Conversation talk, RandomGenerator random) {
        talk.pair("outside", Map.of(), talk.say("outside.more", SceneWords.general(random)));
    }

    /** Words that might sound like a wish for a photo and are none. */
    private Optional<Scene> noCue(Conversation talk, RandomGenerator random) {
        switch (random.nextInt(3)) {
            case 0 -> {
                return userSaw(talk, false, random);
            }
            case 1 -> {
                opening(talk, 60, random);
                talk.pair("photo.talk", Map.of());
                talk.pair("photo.talk", Map.of());
            }
            default -> {
                opening(talk, 60, random);
                Map<String, String> slots =
                        SceneWords.slots(scene(random).withTime(TimeOfDay.DAY), Told.SUBJECT_ONLY, random);
                talk.words(talk.say("user.likes.kind", slots), talk.say("agent.likes.kind", slots));
                talk.words(talk.say("user.more.kind", slots), talk.say("agent.more.kind", slots));
            }
        }
        return Optional.empty();
    }

    private PhotoDialogue smallTalk(RandomGenerator random) {
        List<String> lines = SmallTalk.next(split, random);
        Conversation talk = new Conversation(split, random);
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            talk.words(lines.get(i), lines.get(i + 1));
        }
        return talk.finish(Kind.SMALL_TALK);
    }

    /** What comes before the matter: nothing in some percent of the dialogues, else a greeting and small talk. */
    private void opening(Conversation talk, int percentNone, RandomGenerator random) {
        if (random.nextInt(100) < percentNone) {
            return;
        }
        if (random.nextInt(100) < 60) {
            talk.words(talk.say("user.greets", Map.of()), talk.say("agent.greets", Map.of()));
        }
        int exchanges = random.nextInt(3);
        for (int i = 0; i < exchanges && talk.room(5); i++) {
            switch (random.nextInt(10)) {
                case 0 -> talk.pair("who", Map.of());
                case 1 -> talk.pair("can", SceneWords.general(random));
                case 2 -> outside(talk, random);
                case 3 -> talk.pair("photo.talk", Map.of());
                default -> talk.pair("talk", Map.of());
            }
        }
    }

    /** A reaction, perhaps a second photo, perhaps more talk. */
    private void afterPhoto(Conversation talk, Scene scene, RandomGenerator random) {
        Map<String, String> slots = SceneWords.slots(scene, Told.ALL, random);
        if (random.nextInt(100) < 70) {
            talk.words(talk.say("user.after.photo", slots), talk.say("agent.after.photo", slots));
        }
        if (talk.room(1) && random.nextInt(100) < 14) {
            talk.pair("user.about.photo", slots);
        }
        if (talk.room(1) && random.nextInt(100) < 27) {
            second(talk, scene, slots, random);
            if (talk.room(1) && random.nextBoolean()) {
                talk.words(talk.say("user.after.photo", slots), talk.say("agent.after.photo", slots));
            }
        }
    }

    /** The same with a change, or something else altogether. */
    private void second(Conversation talk, Scene old, Map<String, String> oldSlots, RandomGenerator random) {
        if (random.nextInt(4) == 0) {
            Scene other = scene(random);
            Told told = told(other, random);
            talk.photo(
                    talk.say("user.request", SceneWords.wish(other, told, random)),
                    answer(talk, other, told.enough(other), random),
                    other,
                    told.facts());
            return;
        }
        FollowUp follow = FollowUp.of(old, split, random);
        Map<String, String> slots = new HashMap<>(oldSlots);
        slots.putAll(follow.slots());
        talk.photo(talk.say(follow.rule(), slots), answer(talk, follow.scene(), true, random), follow.scene());
    }

    /** A few words more where the dialogue is short, and a farewell in some. */
    private void ending(Conversation talk, RandomGenerator random) {
        while (talk.size() < 4 || talk.room(3) && random.nextInt(100) < 12) {
            talk.pair("talk", Map.of());
        }
        if (talk.room(1) && random.nextInt(100) < 22) {
            talk.words(talk.say("user.bye", Map.of()), talk.say("agent.bye", Map.of()));
        }
    }

    /** The words before a photo; they tell the whole scene unless that was told before, and often even then. */
    private static String answer(Conversation talk, Scene scene, boolean known, RandomGenerator random) {
        boolean brief = known && random.nextInt(100) < 55;
        return talk.say(brief ? "agent.photo.short" : "agent.photo.full", SceneWords.slots(scene, Told.ALL, random));
    }

    private static Told told(Scene scene, RandomGenerator random) {
        List<Told> possible = new ArrayList<>(List.of(
                Told.ALL,
                Told.ALL,
                Told.ALL,
                Told.ALL,
                Told.ALL,
                Told.NO_PLACE,
                Told.NO_TIME,
                Told.SUBJECT_ONLY,
                Told.SUBJECT_ONLY));
        if (!scene.isPair() && scene.first().count() > 1) {
            possible.addAll(List.of(Told.NO_NUMBER, Told.NO_NUMBER));
        }
        return SceneSampler.pick(possible, random);
    }

    private static String time(Scene scene, RandomGenerator random) {
        return scene.place().hasTime() && scene.time() != TimeOfDay.DAY
                ? " " + SceneWords.explicit(scene.time(), random)
                : "";
    }

    /**
     * A scene of this split; in training often by day and in a place where the subject is at home, as people wish for it, and more often
     * a pair, because to repeat two subjects in their order is what a small language model learns last.
     */
    private Scene scene(RandomGenerator random) {
        SceneSampler sampler = new SceneSampler(split);
        if (split == Split.HELD_OUT) {
            return sampler.next(random);
        }
        Scene scene = random.nextInt(100) < MORE_PAIRS ? sampler.nextPair(random) : sampler.next(random);
        Scene home = scene.withPlace(SceneSampler.pick(scene.first().subject().homes(), random));
        scene = random.nextInt(100) < 45 && allowed(home) ? home : scene;
        Scene day = scene.withTime(TimeOfDay.DAY);
        return random.nextInt(100) < 35 && allowed(day) ? day : scene;
    }

    private boolean allowed(Scene scene) {
        return Split.of(scene) == split;
    }
}

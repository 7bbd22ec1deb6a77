package dev.tandem.samples.world;

import dev.tandem.core.dialogue.Speaker;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** A dialogue while it is written: exchanges of one user turn and one agent turn, up to {@value #LONGEST} turns. */
final class Conversation {

    static final int LONGEST = 12;

    private final List<DialogueTurn> turns = new ArrayList<>();
    /** What was said in pairs, so that it is not said again. */
    private final Set<String> said = new HashSet<>();

    private final Split split;
    private final RandomGenerator random;
    private final UserStyle style;

    Conversation(Split split, RandomGenerator random) {
        this.split = split;
        this.random = random;
        this.style = UserStyle.draw(random);
    }

    /** Whether so many more exchanges fit. */
    boolean room(int exchanges) {
        return turns.size() + 2 * exchanges <= LONGEST;
    }

    int size() {
        return turns.size();
    }

    /** What a rule says, in this dialogue's split. */
    String say(String rule, Map<String, String> slots) {
        return Phrasebook.say(rule, split, slots, random);
    }

    /** An exchange in words. */
    void words(String user, String agent) {
        user(user);
        turns.add(DialogueTurn.words(Speaker.AGENT, Sentences.capitalised(agent)));
    }

    /** An exchange from a rule of pairs. */
    void pair(String rule, Map<String, String> slots) {
        pair(rule, slots, "");
    }

    /** An exchange from a rule of pairs, the agent's answer longer by some words; empty for none. */
    void pair(String rule, Map<String, String> slots, String more) {
        Phrasebook.Exchange exchange = Phrasebook.exchange(rule, split, slots, random);
        for (int attempt = 0; attempt < 8 && !said.add(exchange.user()); attempt++) {
            exchange = Phrasebook.exchange(rule, split, slots, random);
        }
        words(exchange.user(), (exchange.agent() + " " + more).strip());
    }

    /** An exchange that ends in a photo of which everything was told. */
    void photo(String user, String agent, Scene scene) {
        photo(user, agent, scene, EnumSet.allOf(Fact.class));
    }

    /** An exchange that ends in a photo of which only these facts were told. */
    void photo(String user, String agent, Scene scene, Set<Fact> told) {
        user(user);
        String caption = CaptionWriter.write(scene, random);
        turns.add(DialogueTurn.photo(Sentences.capitalised(agent), scene, caption, told));
    }

    /** An exchange that begins with a photo that the user sends. */
    void sight(Scene sent, String user, String agent) {
        turns.add(DialogueTurn.sending(style.type(user, random), sent));
        turns.add(DialogueTurn.words(Speaker.AGENT, Sentences.capitalised(agent)));
    }

    /** An exchange that begins with a photo that the user sends and ends in one that is drawn after it. */
    void sight(Scene sent, String user, String agent, Scene drawn) {
        turns.add(DialogueTurn.sending(style.type(user, random), sent));
        String caption = CaptionWriter.write(drawn, random);
        turns.add(DialogueTurn.photo(Sentences.capitalised(agent), drawn, caption, EnumSet.allOf(Fact.class)));
    }

    /** Says of the last turn that it answers a question about a photo. */
    void answered(SightQuestion question) {
        turns.set(turns.size() - 1, turns.get(turns.size() - 1).answering(question));
    }

    PhotoDialogue finish(PhotoDialogue.Kind kind) {
        return new PhotoDialogue(kind, turns);
    }

    private void user(String text) {
        turns.add(DialogueTurn.words(Speaker.USER, style.type(text, random)));
    }
}

package dev.tandem.samples.train;

import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.prompt.TokenizedDialogue;
import dev.tandem.samples.world.DialogueTurn;
import dev.tandem.samples.world.DialogueWriter;
import dev.tandem.samples.world.PhotoDialogue;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.Split;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tokenized dialogues with their photos, sorted by length, so that a batch of neighbours has little padding.
 *
 * @param <P> what a photo is given by: a scene to paint, or its place among encoded photos
 * @param sorted the shortest first
 */
record IllustratedDialogues<P>(List<Illustrated<P>> sorted) {

    private static final int NEIGHBOURHOOD = 8;

    /**
     * A dialogue.
     *
     * @param tokens its tokens with its captions
     * @param photos one for each caption, in the same order
     */
    record Illustrated<P>(TokenizedDialogue tokens, List<P> photos) {

        Illustrated {
            photos = List.copyOf(photos);
            if (tokens.captions().size() != photos.size()) {
                throw new IllegalStateException(
                        "a dialogue has " + tokens.captions().size() + " captions and " + photos.size() + " photos");
            }
        }
    }

    /**
     * What written dialogues are like.
     *
     * @param noise makes some of the captions worse; null for none
     * @param sights share in which the user sends photos
     * @param sent paints those, or tells them
     */
    record Written(@Nullable CaptionNoise noise, double sights, SentScenes sent) {}

    /** Sorts. */
    IllustratedDialogues {
        sorted = sorted.stream()
                .sorted(Comparator.comparingInt(d -> d.tokens().length()))
                .toList();
    }

    /** What the photos of a turn show that have captions, in their order. */
    private static Stream<Scene> captioned(DialogueTurn turn, boolean told) {
        return Stream.concat(told ? turn.sent().stream() : Stream.empty(), turn.scene().stream());
    }

    /**
     * Writes dialogues of a split; the dialogue of an index depends on seed and index alone.
     *
     * @param how what they are like
     */
    static IllustratedDialogues<Scene> write(
            Split split, int count, int maxTokens, long seed, PromptEncoder prompts, Written how) {
        CaptionNoise noise = how.noise();
        DialogueWriter writer = new DialogueWriter(split).withSights(how.sights());
        List<Illustrated<Scene>> kept = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            SplittableRandom random = IndexedRandom.of(seed, i);
            PhotoDialogue written = writer.next(random);
            PhotoDialogue dialogue = noise == null ? written : noise.in(written, random);
            TokenizedDialogue tokens = how.sent().encode(dialogue, prompts, random);
            if (tokens.length() <= maxTokens) {
                kept.add(new Illustrated<>(
                        tokens,
                        dialogue.turns().stream()
                                .flatMap(turn -> captioned(turn, how.sent().told()))
                                .toList()));
            }
        }
        if (kept.isEmpty() && count > 0) {
            throw new IllegalArgumentException(
                    "all " + count + " dialogues have more than " + maxTokens + " tokens; raise max_tokens");
        }
        return new IllustratedDialogues<>(kept);
    }

    int size() {
        return sorted.size();
    }

    /** Different dialogues of similar length, all equally likely. */
    List<Illustrated<P>> draw(int batch, RandomGenerator random) {
        int count = Math.min(batch, sorted.size());
        int width = Math.min(sorted.size(), count * NEIGHBOURHOOD);
        // windows hang over both ends, so that the first and the last dialogue are drawn as often as the others
        int first = random.nextInt(sorted.size() + width - 1) - (width - 1);
        int from = Math.max(0, Math.min(first, sorted.size() - count));
        int until = Math.min(sorted.size(), Math.max(first + width, from + count));
        Set<Integer> chosen = new HashSet<>();
        List<Illustrated<P>> drawn = new ArrayList<>(count);
        while (drawn.size() < count) {
            int index = from + random.nextInt(until - from);
            if (chosen.add(index)) {
                drawn.add(sorted.get(index));
            }
        }
        return drawn;
    }
}

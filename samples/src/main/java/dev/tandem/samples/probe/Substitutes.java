package dev.tandem.samples.probe;

import dev.tandem.llm.token.LlmTokenizer;
import dev.tandem.samples.world.Colour;
import dev.tandem.samples.world.Place;
import dev.tandem.samples.world.Subject;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a caption could say in a place: other words of the same kind, likely tokens, and any tokens. */
final class Substitutes {

    private final LlmTokenizer words;
    private final List<List<Integer>> kinds;

    Substitutes(LlmTokenizer words) {
        this.words = words;
        kinds = List.of(
                tokens(Arrays.stream(Colour.values()).map(Colour::word)),
                tokens(Arrays.stream(Place.values()).map(Place::noun)),
                tokens(names(Subject.Name::one)),
                tokens(names(Subject.Name::many)),
                tokens(Stream.of("night", "sunset", "rain")),
                tokens(Stream.of("two", "three")));
    }

    private static Stream<String> names(Function<Subject.Name, String> form) {
        return Arrays.stream(Subject.values()).map(s -> form.apply(s.usualName()));
    }

    /** Words that are one token inside a text. */
    private List<Integer> tokens(Stream<String> all) {
        return all.map(word -> words.plain(" " + word))
                .filter(ids -> ids.length == 1)
                .map(ids -> ids[0])
                .toList();
    }

    /** Words of the same kind; empty for a token that is none of the known words. */
    List<Integer> sameKind(int token) {
        return kinds.stream().filter(kind -> kind.contains(token)).findFirst().orElse(List.of()).stream()
                .filter(other -> other != token)
                .toList();
    }

    /** Tokens to try instead of {@code current}: a quarter likely, a quarter any, the others of the same kind where it has one. */
    List<Integer> of(int current, float[] logits, int count, RandomGenerator random) {
        Set<Integer> chosen = new LinkedHashSet<>();
        chosen.addAll(likely(logits, current, Math.max(1, count / 4)));
        List<Integer> kind = sameKind(current);
        for (int tries = 0; tries < 4 * count && !kind.isEmpty() && chosen.size() < count - count / 4; tries++) {
            chosen.add(kind.get(random.nextInt(kind.size())));
        }
        if (kind.isEmpty()) {
            chosen.addAll(likely(logits, current, count - count / 4));
        }
        while (chosen.size() < count) {
            int any = random.nextInt(words.vocabularySize());
            if (usable(any) && any != current) {
                chosen.add(any);
            }
        }
        return List.copyOf(chosen);
    }

    private List<Integer> likely(float[] logits, int current, int count) {
        return IntStream.range(0, Math.min(logits.length, words.vocabularySize()))
                .filter(v -> v != current && usable(v))
                .boxed()
                .sorted(Comparator.comparingDouble(v -> -logits[v]))
                .limit(count)
                .toList();
    }

    private boolean usable(int token) {
        return !words.isSpecial(token)
                && !words.spell(List.of(token)).text().isBlank()
                && words.spell(List.of(token)).text().indexOf('\uFFFD') < 0;
    }
}

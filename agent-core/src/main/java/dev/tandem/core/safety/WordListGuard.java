package dev.tandem.core.safety;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * Blocks captions with words of a list. It is a simple thing, and says so: it knows English words, neither meanings nor other languages, stops some harmless captions and
 * lets pass what is said in other words. It is the least that stands before a picture, no replacement for a moderation model or an {@link ImageGuard}.
 *
 * <p>Compared are whole words, in any case, without accents, with digits read as the letters they look like and invisible characters left out; a phrase of the list must stand word
 * by word.
 */
public final class WordListGuard implements CaptionGuard {

    private static final int MAX_WORDS = 100_000;

    private final Set<String> phrases;
    private final int longest;

    private WordListGuard(Set<String> phrases) {
        this.phrases = phrases;
        this.longest = phrases.stream().mapToInt(p -> p.split(" ").length).max().orElse(0);
    }

    /** The list that comes with this class: sexual content, minors in it, gore, self-harm, and hateful symbols. */
    public static WordListGuard english() {
        try (InputStream in = Objects.requireNonNull(
                WordListGuard.class.getResourceAsStream("blocked-captions.txt"), "the word list")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return of(text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the word list: " + e.getMessage(), e);
        }
    }

    /** A list of your own: words and phrases. */
    public static WordListGuard of(Collection<String> phrases) {
        if (phrases.size() > MAX_WORDS) {
            throw new IllegalArgumentException(
                    "a word list has at most " + MAX_WORDS + " entries, got " + phrases.size());
        }
        Set<String> folded = new LinkedHashSet<>();
        for (String phrase : phrases) {
            String plain = String.join(" ", words(phrase));
            if (plain.isEmpty()) {
                throw new IllegalArgumentException("a word list has no empty entries, got '" + phrase + "'");
            }
            folded.add(plain);
        }
        return new WordListGuard(folded);
    }

    @Override
    public Verdict check(String caption) {
        List<String> words = words(caption);
        for (int first = 0; first < words.size(); first++) {
            for (int end = first + 1; end <= Math.min(words.size(), first + longest); end++) {
                if (phrases.contains(String.join(" ", words.subList(first, end)))) {
                    return Verdict.of(Verdict.Action.BLOCK, "the caption has words that are not drawn");
                }
            }
        }
        return Verdict.ALLOWED;
    }

    private static List<String> words(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKD)
                .replaceAll("[\\p{M}\\p{Cf}]", "")
                .toLowerCase(Locale.ROOT)
                .replace('0', 'o')
                .replace('1', 'i')
                .replace('3', 'e')
                .replace('4', 'a')
                .replace('5', 's')
                .replace('7', 't')
                .replace('@', 'a')
                .replace('$', 's');
        return List.of(plain.split("[^\\p{L}]+")).stream()
                .filter(word -> !word.isEmpty())
                .toList();
    }
}

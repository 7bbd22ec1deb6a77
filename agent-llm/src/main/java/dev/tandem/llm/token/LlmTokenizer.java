package dev.tandem.llm.token;

import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.Span;
import dev.tandem.core.stage.SpelledCaption;
import dev.tandem.core.token.TextTokenizer;
import dev.tandem.llm.prompt.TextTokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A language model's tokenizer: prompts in, text and captions out. What people say never becomes a special token; only the prompt
 * template and the model itself write those.
 */
public final class LlmTokenizer implements TextTokens, CaptionDecoder, AutoCloseable {

    private static final int REPLACEMENT = 0xFFFD;

    private final TextTokenizer tokenizer;

    public LlmTokenizer(TextTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Reads the tokenizer in a folder: {@code tokenizer.json} or older files, as {@link TextTokenizer} says.
     *
     * @throws dev.tandem.core.weights.WeightException if it is missing or damaged
     */
    public static LlmTokenizer load(Path folder) {
        return new LlmTokenizer(TextTokenizer.load(folder));
    }

    @Override
    public int[] plain(String text) {
        return tokenizer.encodePlain(text).stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public int[] template(String text) {
        return tokenizer.encode(text, false).idArray();
    }

    @Override
    public String text(List<Integer> ids) {
        return tokenizer.decode(ids, true);
    }

    /** The text of ids with special tokens written out, for logs. */
    public String textWithSpecials(List<Integer> ids) {
        return tokenizer.decode(ids, false);
    }

    /** The id of a token as the vocabulary spells it, such as a marker. */
    public OptionalInt idOf(String token) {
        return tokenizer.id(token);
    }

    /** A token as the vocabulary spells it, or null if there is no such id. */
    public @Nullable String token(int id) {
        return tokenizer.token(id);
    }

    /** The token that begins a sequence, where the model has one. */
    public OptionalInt beginId() {
        return tokenizer.specialId("bos_token");
    }

    /** The token that ends a sequence, where the model has one. */
    public OptionalInt endId() {
        return tokenizer.specialId("eos_token");
    }

    /**
     * Spells tokens by decoding one more at a time, which holds for every kind of tokenizer. A character whose bytes are spread over
     * several tokens belongs to each of them, as in the offsets of Hugging Face's encodings.
     */
    @Override
    public SpelledCaption spell(List<Integer> ids) {
        String text = text(ids);
        int[] points = text.codePoints().toArray();
        List<Span> spans = new ArrayList<>(ids.size());
        int start = 0;
        for (int i = 0; i < ids.size(); i++) {
            int[] sofar = text(ids.subList(0, i + 1)).codePoints().toArray();
            int whole = Math.max(start, agreement(points, sofar));
            boolean begun = whole < points.length && whole < sofar.length && sofar[whole] == REPLACEMENT;
            boolean silent = tokenizer.isSpecial(ids.get(i));
            spans.add(new Span(start, silent ? start : begun ? whole + 1 : whole));
            start = whole;
        }
        return new SpelledCaption(text, ids, spans);
    }

    /** How many code points a prefix shares with the whole; its last ones may stand for bytes whose character is not complete. */
    private static int agreement(int[] whole, int[] prefix) {
        int same = 0;
        while (same < whole.length && same < prefix.length && whole[same] == prefix[same]) {
            same++;
        }
        return same;
    }

    @Override
    public boolean isSpecial(int id) {
        return tokenizer.isSpecial(id);
    }

    @Override
    public int vocabularySize() {
        return tokenizer.vocabularySize();
    }

    @Override
    public String fingerprint() {
        return tokenizer.fingerprint();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}

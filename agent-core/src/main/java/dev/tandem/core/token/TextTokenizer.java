package dev.tandem.core.token;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.file.Sha256;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer in the Hugging Face layout: a folder with {@code tokenizer.json}, or the older files of its class (CLIP, GPT-2 and Qwen 2:
 * {@code vocab.json} and {@code merges.txt}; Llama: {@code tokenizer.model}, of SentencePiece or tiktoken; T5: {@code spiece.model}; BERT:
 * {@code vocab.txt}), beside {@code tokenizer_config.json}, {@code special_tokens_map.json} and {@code added_tokens.json}. Ids and spans equal
 * those of transformers' fast tokenizers, and texts those of their library: {@code clean_up_tokenization_spaces} is not done.
 *
 * <p>Safe to use from several threads. Halves of surrogate pairs, which are no characters, are read as U+FFFD.
 */
public final class TextTokenizer implements AutoCloseable {

    private final TokenizerJson source;
    private final String name;
    private final @Nullable Truncation truncation;
    private final Vocabulary vocabulary;
    private final NativeTokenizer tokens;
    private final String endOfWord;
    private @Nullable NativeTokenizer plain;
    private @Nullable String fingerprint;

    private TextTokenizer(TokenizerJson source, String name, @Nullable Truncation truncation) {
        this.source = source;
        this.name = name;
        this.truncation = truncation;
        this.vocabulary = new Vocabulary(source.json());
        this.endOfWord = source.json().path("model").path("end_of_word_suffix").asText("");
        try {
            tokens = new NativeTokenizer(source.with(truncation, true), name);
        } catch (IllegalArgumentException e) {
            throw new WeightException(
                    "the tokenizer in " + name + " is damaged (" + e.getMessage() + "); copy or download it again", e);
        }
    }

    /**
     * Reads a tokenizer that cuts nothing.
     *
     * @throws WeightException if there is none in the folder, or it is damaged
     */
    public static TextTokenizer load(Path folder) {
        return read(folder, null);
    }

    /**
     * A tokenizer that was read from something else than a folder.
     *
     * @param json what {@code tokenizer.json} would hold
     * @param config what {@code tokenizer_config.json} would hold
     * @param name of where it was read, for errors
     * @throws WeightException if both make no tokenizer
     */
    public static TextTokenizer of(ObjectNode json, ObjectNode config, String name) {
        return new TextTokenizer(TokenizerJson.of(json, config, name), name, null);
    }

    private static TextTokenizer read(Path folder, @Nullable Truncation truncation) {
        ModelFolder files = ModelFolder.of(folder);
        return new TextTokenizer(TokenizerJson.read(files), files.toString(), truncation);
    }

    /**
     * Reads a tokenizer that cuts long texts.
     *
     * @throws WeightException if there is none in the folder, or it is damaged
     */
    public static TextTokenizer load(Path folder, Truncation truncation) {
        return read(folder, truncation);
    }

    /**
     * Reads a tokenizer that cuts the ends of texts with more tokens than the model takes.
     *
     * @param otherwise tokens that it takes where {@link #modelMaxLength} does not say
     * @throws WeightException if there is none in the folder, or it is damaged
     */
    public static TextTokenizer loadCutting(Path folder, int otherwise) {
        ModelFolder files = ModelFolder.of(folder);
        TokenizerJson source = TokenizerJson.read(files);
        return new TextTokenizer(
                source, files.toString(), Truncation.to(modelMaxLength(source).orElse(otherwise)));
    }

    /**
     * Encodes a text; a special token that is spelled in it becomes that token.
     *
     * @param addSpecialTokens whether to add begin and end as the model expects
     */
    public Encoded encode(String text, boolean addSpecialTokens) {
        return tokens.encode(text, null, addSpecialTokens);
    }

    /** Encodes a pair of texts; spans count from the beginning of each. */
    public Encoded encode(String text, String pair, boolean addSpecialTokens) {
        return tokens.encode(text, pair, addSpecialTokens);
    }

    /**
     * Encodes what somebody typed, adding nothing: special tokens that are spelled in it stay text, so that no special id comes out,
     * unknown characters aside.
     */
    public List<Integer> encodePlain(String text) {
        List<Integer> ids = plain().encode(text, null, false).ids();
        for (int id : ids) {
            String token = vocabulary.token(id);
            if (vocabulary.isSpecial(id) && token != null && text.contains(token)) {
                return encodeTorn(text, token);
            }
        }
        return ids;
    }

    /** Some models hold special tokens as pieces of their own; torn apart after the first character, they are none. */
    private List<Integer> encodeTorn(String text, String token) {
        int at = text.indexOf(token) + Character.charCount(token.codePointAt(0));
        if (at >= text.length()) {
            return plain().encode(text, null, false).ids();
        }
        List<Integer> ids = new ArrayList<>(encodePlain(text.substring(0, at)));
        ids.addAll(encodePlain(text.substring(at)));
        return ids;
    }

    /**
     * The text of tokens; bytes that are no whole character become U+FFFD.
     *
     * @param skipSpecialTokens whether special tokens are left out
     */
    public String decode(List<Integer> ids, boolean skipSpecialTokens) {
        String text = tokens.decode(ids, skipSpecialTokens);
        return endOfWord.isEmpty() ? text : text.replace(endOfWord, " ").strip();
    }

    /** A token as the vocabulary spells it, or null if there is no such id. */
    public @Nullable String token(int id) {
        return vocabulary.token(id);
    }

    /** The id of a token as the vocabulary spells it. */
    public OptionalInt id(String token) {
        Integer id = vocabulary.id(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /**
     * The id of a special token by its role.
     *
     * @param role {@code bos_token}, {@code eos_token}, {@code unk_token}, {@code pad_token}, …
     */
    public OptionalInt specialId(String role) {
        String token = source.specialTokens().get(role);
        return token == null ? OptionalInt.empty() : id(token);
    }

    public boolean isSpecial(int id) {
        return vocabulary.isSpecial(id);
    }

    /** Number of tokens, added ones included. */
    public int count() {
        return vocabulary.count();
    }

    /** V: one more than the largest id. */
    public int vocabularySize() {
        return vocabulary.size();
    }

    /** Tokens that the model takes, by {@code model_max_length}; empty where that is unknown or a placeholder for "any number". */
    public OptionalInt modelMaxLength() {
        return modelMaxLength(source);
    }

    private static OptionalInt modelMaxLength(TokenizerJson source) {
        double length = source.config().path("model_max_length").asDouble(0);
        return length >= 1 && length <= Integer.MAX_VALUE ? OptionalInt.of((int) length) : OptionalInt.empty();
    }

    /** Where rows of a batch are filled, by {@code padding_side}, else as transformers' class of this tokenizer does. */
    public Side paddingSide() {
        String byClass =
                source.config().path("tokenizer_class").asText("").startsWith("LlamaTokenizer") ? "left" : "right";
        return side("padding_side", byClass);
    }

    /** Where long texts are cut, by {@code truncation_side}. */
    public Side truncationSide() {
        return side("truncation_side", "right");
    }

    private Side side(String field, String otherwise) {
        return source.config().path(field).asText(otherwise).equals("left") ? Side.LEFT : Side.RIGHT;
    }

    /** Equal for equal tokenizers: a hash of vocabulary, merges and rules. */
    public synchronized String fingerprint() {
        if (fingerprint == null) {
            fingerprint = Sha256.hex(source.with(null, true));
        }
        return fingerprint;
    }

    /** Frees the library's memory, which otherwise goes with the object; the tokenizer encodes and decodes no more. */
    @Override
    public synchronized void close() {
        tokens.close();
        if (plain != null) {
            plain.close();
        }
    }

    private synchronized NativeTokenizer plain() {
        if (plain == null) {
            plain = new NativeTokenizer(source.with(truncation, false), name);
        }
        return plain;
    }
}

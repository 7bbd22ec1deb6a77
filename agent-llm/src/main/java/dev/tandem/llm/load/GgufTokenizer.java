package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.token.TextTokenizer;
import dev.tandem.core.weights.Gguf;
import dev.tandem.core.weights.WeightException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tokenizer of a GGUF file, put together as the tokenizer.json that it was once converted from. */
final class GgufTokenizer {

    private static final String SPACE = "\u2581";
    private static final int CONTROL = 3;

    /** Characters that are looked at while all pieces are cut in two: sixty times those of the largest vocabularies. */
    private static final long MAX_CUT_WORK = 1L << 30;

    private static final int USER_DEFINED = 4;

    /** How words are cut before byte pairs are merged, of Llama 3; of Qwen 2 with single digits. */
    private static final String LLAMA3_WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private final Gguf file;
    private final List<String> tokens;
    private final ObjectNode json = JsonNodeFactory.instance.objectNode();

    private GgufTokenizer(Gguf file) {
        this.file = file;
        this.tokens = file.texts("tokenizer.ggml.tokens");
        if (tokens.isEmpty()) {
            throw new WeightException(file.file() + " has no tokenizer (tokenizer.ggml.tokens)");
        }
    }

    /**
     * Reads the tokenizer.
     *
     * @throws WeightException if there is none, or of a kind that is not supported
     */
    static TextTokenizer read(Gguf file) {
        return new GgufTokenizer(file).read();
    }

    private TextTokenizer read() {
        String model = file.text("tokenizer.ggml.model").orElse("");
        json.put("version", "1.0");
        ObjectNode bpe = json.putObject("model").put("type", "BPE");
        switch (model) {
            case "gpt2" -> byteLevel(bpe);
            case "llama" -> sentencePiece(bpe);
            default ->
                throw new WeightException(
                        file.file() + " has a tokenizer of the kind '" + model + "'; gpt2 and llama are supported");
        }
        ObjectNode vocabulary = bpe.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        addedTokens();
        if (file.flag("tokenizer.ggml.add_bos_token").orElse(model.equals("llama"))) {
            begin();
        }
        return TextTokenizer.of(json, config(), file.file().toString());
    }

    private void byteLevel(ObjectNode bpe) {
        String words = file.text("tokenizer.ggml.pre").orElse("default");
        ArrayNode steps =
                json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        switch (words) {
            case "llama-bpe", "llama-v3", "llama3" -> {
                split(steps, LLAMA3_WORDS);
                bpe.put("ignore_merges", true);
            }
            case "qwen2", "qwen2.5" -> {
                json.putObject("normalizer").put("type", "NFC");
                split(steps, LLAMA3_WORDS.replace("\\p{N}{1,3}", "\\p{N}"));
            }
            case "smollm", "refact", "starcoder" -> {
                steps.addObject().put("type", "Digits").put("individual_digits", true);
                bytes(steps.addObject(), true);
            }
            case "gpt-2", "gpt2", "default" -> bytes(steps.addObject(), true);
            default ->
                throw new WeightException(file.file() + " cuts words as '" + words
                        + "' does (tokenizer.ggml.pre), which is not supported; use the model's folder instead");
        }
        bytes(json.putObject("decoder"), true);
        ArrayNode merges = bpe.putArray("merges");
        file.texts("tokenizer.ggml.merges").forEach(merges::add);
    }

    private static void split(ArrayNode steps, String pattern) {
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", pattern);
        split.put("behavior", "Isolated").put("invert", false);
        bytes(steps.addObject(), false);
    }

    private static void bytes(ObjectNode step, boolean regex) {
        step.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", regex);
    }

    private void sentencePiece(ObjectNode bpe) {
        bpe.put("unk_token", token("tokenizer.ggml.unknown_token_id", "<unk>"))
                .put("fuse_unk", true)
                .put("byte_fallback", true);
        ArrayNode normalizers =
                json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        if (file.flag("tokenizer.ggml.add_space_prefix").orElse(true)) {
            normalizers.addObject().put("type", "Prepend").put("prepend", SPACE);
        }
        replace(normalizers.addObject(), " ", SPACE);
        ArrayNode decoders = json.putObject("decoder").put("type", "Sequence").putArray("decoders");
        replace(decoders.addObject(), SPACE, " ");
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        decoders.addObject()
                .put("type", "Strip")
                .put("content", " ")
                .put("start", 1)
                .put("stop", 0);
        ArrayNode merges = bpe.putArray("merges");
        merges().forEach(merge -> merges.add(merge.left() + " " + merge.right()));
    }

    private static void replace(ObjectNode step, String from, String to) {
        step.put("type", "Replace").putObject("pattern").put("String", from);
        step.put("content", to);
    }

    private record Merge(String left, String right, double score, int leftId, int rightId) {}

    /** SentencePiece keeps scores of pieces, byte pairs need merges: every cut of a piece into two pieces, the best pieces first. */
    private List<Merge> merges() {
        List<Double> scores = file.numbers("tokenizer.ggml.scores");
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            ids.putIfAbsent(tokens.get(id), id);
        }
        long work = 0;
        for (String token : tokens) {
            work += (long) token.length() * token.length();
        }
        if (work > MAX_CUT_WORK) {
            throw new WeightException(file.file()
                    + " is damaged: its tokens are too long to be pieces of words; copy or download it again");
        }
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            String piece = tokens.get(id);
            double score = id < scores.size() ? scores.get(id) : 0;
            List<Merge> own = new ArrayList<>();
            for (int at = piece.offsetByCodePoints(0, piece.isEmpty() ? 0 : 1);
                    at < piece.length();
                    at = piece.offsetByCodePoints(at, 1)) {
                Integer left = ids.get(piece.substring(0, at));
                Integer right = ids.get(piece.substring(at));
                if (left != null && right != null) {
                    own.add(new Merge(piece.substring(0, at), piece.substring(at), score, left, right));
                }
            }
            own.sort(Comparator.comparingInt(Merge::leftId).thenComparingInt(Merge::rightId));
            merges.addAll(own);
        }
        merges.sort(Comparator.comparingDouble(Merge::score).reversed());
        return merges;
    }

    private void addedTokens() {
        List<Long> types = file.integers("tokenizer.ggml.token_type");
        ArrayNode added = json.putArray("added_tokens");
        for (int id = 0; id < Math.min(tokens.size(), types.size()); id++) {
            long type = types.get(id);
            if (type == CONTROL || type == USER_DEFINED) {
                added.addObject()
                        .put("id", id)
                        .put("content", tokens.get(id))
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", type == CONTROL);
            }
        }
    }

    /** The token that begins a text goes before it. */
    private void begin() {
        long id = file.integer("tokenizer.ggml.bos_token_id").orElse(-1L);
        if (id < 0 || id >= tokens.size()) {
            return;
        }
        String token = tokens.get((int) id);
        ObjectNode processor = json.putObject("post_processor").put("type", "TemplateProcessing");
        template(processor.putArray("single"), token, "A", 0);
        ArrayNode pair = processor.putArray("pair");
        template(pair, token, "A", 0);
        template(pair, token, "B", 1);
        ObjectNode special = processor.putObject("special_tokens").putObject(token);
        special.put("id", token).putArray("ids").add(id);
        special.putArray("tokens").add(token);
    }

    private static void template(ArrayNode pieces, String token, String sequence, int type) {
        pieces.addObject().putObject("SpecialToken").put("id", token).put("type_id", type);
        pieces.addObject().putObject("Sequence").put("id", sequence).put("type_id", type);
    }

    private ObjectNode config() {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        Map<String, String> roles = Map.of(
                "bos_token", "tokenizer.ggml.bos_token_id",
                "eos_token", "tokenizer.ggml.eos_token_id",
                "unk_token", "tokenizer.ggml.unknown_token_id",
                "pad_token", "tokenizer.ggml.padding_token_id");
        roles.forEach((role, key) -> file.integer(key)
                .filter(id -> id >= 0 && id < tokens.size())
                .ifPresent(id -> config.put(role, tokens.get(id.intValue()))));
        return config;
    }

    private String token(String key, String otherwise) {
        return file.integer(key)
                .filter(id -> id >= 0 && id < tokens.size())
                .map(id -> tokens.get(id.intValue()))
                .orElse(otherwise);
    }
}

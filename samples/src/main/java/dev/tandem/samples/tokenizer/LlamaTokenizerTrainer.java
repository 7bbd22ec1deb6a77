package dev.tandem.samples.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Trains a byte-level tokenizer in Llama 3's form: text is cut by Llama 3's pattern, each piece is spelled in bytes, and pairs are merged.
 * Special tokens follow the vocabulary; the first of them begins every text.
 */
public final class LlamaTokenizerTrainer {

    private static final String CUT = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final int LEAST = 2;

    private LlamaTokenizerTrainer() {}

    /**
     * Trains a tokenizer and writes {@code tokenizer.json}, {@code tokenizer_config.json} and {@code special_tokens_map.json}.
     *
     * @param texts what to learn from
     * @param vocabularySize ids in all, special tokens included
     * @param specials special tokens; the first begins a text, the second ends it
     * @param maxLength tokens that the model takes
     */
    public static void train(
            Iterable<String> texts, int vocabularySize, List<String> specials, int maxLength, Path folder) {
        List<String> bytes = ByteAlphabet.symbols();
        int merges = vocabularySize - bytes.size() - specials.size();
        if (merges < 0 || specials.size() < 2) {
            throw new IllegalArgumentException("a vocabulary of " + vocabularySize + " cannot hold " + bytes.size()
                    + " bytes and the special tokens " + specials + ", of which there must be two at least");
        }
        Map<List<String>, Long> words = new LinkedHashMap<>();
        TokenizerFiles.count(texts, Pattern.compile(CUT))
                .forEach((word, count) -> words.merge(ByteAlphabet.spell(word), count, Long::sum));
        List<BytePairs.Merge> learned = BytePairs.learn(words, merges, LEAST);
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        bytes.forEach(b -> vocabulary.put(b, vocabulary.size()));
        learned.forEach(m -> vocabulary.putIfAbsent(m.joined(), vocabulary.size()));
        write(vocabulary, learned, specials, maxLength, folder);
    }

    private static void write(
            Map<String, Integer> vocabulary,
            List<BytePairs.Merge> merges,
            List<String> specials,
            int maxLength,
            Path folder) {
        String begin = specials.get(0);
        int beginId = vocabulary.size();
        ObjectNode tokenizer = TokenizerFiles.object("{\"version\": \"1.0\", \"truncation\": null, \"padding\": null}");
        ArrayNode added = tokenizer.putArray("added_tokens");
        ObjectNode decoder = TokenizerFiles.JSON.createObjectNode();
        for (int i = 0; i < specials.size(); i++) {
            ObjectNode special = TokenizerFiles.special(specials.get(i), false);
            decoder.set(Integer.toString(beginId + i), special);
            added.add(special.deepCopy().put("id", beginId + i));
        }
        tokenizer.putNull("normalizer");
        ObjectNode split =
                TokenizerFiles.object("{\"type\": \"Split\", \"behavior\": \"Isolated\", \"invert\": false}");
        split.putObject("pattern").put("Regex", CUT);
        ObjectNode byteLevel = TokenizerFiles.object(
                "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": false}");
        tokenizer
                .putObject("pre_tokenizer")
                .put("type", "Sequence")
                .putArray("pretokenizers")
                .add(split)
                .add(byteLevel);
        tokenizer.set("post_processor", template(begin, beginId));
        tokenizer.set("decoder", byteLevel);
        tokenizer.set(
                "model",
                TokenizerFiles.bpe(
                        TokenizerFiles.object(
                                "{\"type\": \"BPE\", \"dropout\": null, \"unk_token\": null, \"continuing_subword_prefix\": null,"
                                        + " \"end_of_word_suffix\": null, \"fuse_unk\": false, \"byte_fallback\": false, \"ignore_merges\": true}"),
                        vocabulary,
                        merges));
        TokenizerFiles.write(folder.resolve("tokenizer.json"), tokenizer);

        ObjectNode config = TokenizerFiles.JSON.createObjectNode();
        config.set("added_tokens_decoder", decoder);
        ArrayNode others = config.putArray("additional_special_tokens");
        specials.stream().skip(2).forEach(others::add);
        config.put("bos_token", begin)
                .put("eos_token", specials.get(1))
                .put("clean_up_tokenization_spaces", false)
                .put("model_max_length", maxLength)
                .put("tokenizer_class", "PreTrainedTokenizerFast");
        TokenizerFiles.write(folder.resolve("tokenizer_config.json"), config);
        ObjectNode map = TokenizerFiles.JSON.createObjectNode();
        map.set("additional_special_tokens", others.deepCopy());
        map.put("bos_token", begin).put("eos_token", specials.get(1));
        TokenizerFiles.write(folder.resolve("special_tokens_map.json"), map);
    }

    /** Begins every text, or every text of a pair, with the begin token. */
    private static ObjectNode template(String begin, int beginId) {
        ObjectNode processor = TokenizerFiles.JSON.createObjectNode().put("type", "TemplateProcessing");
        for (String[] form : new String[][] {{"single", "A"}, {"pair", "A", "B"}}) {
            ArrayNode pieces = processor.putArray(form[0]);
            for (int i = 1; i < form.length; i++) {
                pieces.addObject().putObject("SpecialToken").put("id", begin).put("type_id", i - 1);
                pieces.addObject().putObject("Sequence").put("id", form[i]).put("type_id", i - 1);
            }
        }
        ObjectNode special =
                processor.putObject("special_tokens").putObject(begin).put("id", begin);
        special.putArray("ids").add(beginId);
        special.putArray("tokens").add(begin);
        return processor;
    }
}

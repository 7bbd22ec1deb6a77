package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Byte pairs over bytes (Radford et al. 2019) from vocab.json and merges.txt, as GPT-2 and Qwen 2 were published: the equal of what
 * transformers' GPT2Converter and Qwen2Converter make of them.
 */
final class BytePairFiles {

    /** How Qwen 2 cuts words: like Llama 3, but each digit for itself. */
    private static final String QWEN2_WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private BytePairFiles() {}

    /** Whether a folder has both files. */
    static boolean in(ModelFolder folder) {
        return folder.file("vocab.json").isPresent()
                && folder.file("merges.txt").isPresent();
    }

    /** GPT-2's tokenizer, of DialoGPT too. */
    static ObjectNode gpt2(ModelFolder folder, JsonNode config, Map<String, String> roles) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
        List<String> lines = lines(folder);
        // the reference drops the first line whatever it says, and what follows the last line's end
        model(json, folder, lines.size() < 2 ? List.of() : lines.subList(1, lines.size() - 1));
        json.set(
                "pre_tokenizer", Steps.byteLevel(config.path("add_prefix_space").asBoolean(false), true, true));
        json.set("decoder", Steps.byteLevel(true, true, true));
        String begin = roles.get("bos_token");
        if (config.path("add_bos_token").asBoolean(false) && begin != null) {
            Steps.Part start = new Steps.Part(begin, 0);
            Steps.Part text = new Steps.Part("$A", 0);
            json.set(
                    "post_processor",
                    Steps.template(
                            List.of(start, text), List.of(start, text, new Steps.Part("$B", 1)), Vocabulary.ids(json)));
        } else {
            json.set("post_processor", Steps.byteLevel(true, false, true));
        }
        return json;
    }

    /** Qwen 2's tokenizer, of Qwen 2.5 and 3 too. */
    static ObjectNode qwen2(ModelFolder folder) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
        List<String> lines = lines(folder);
        boolean versioned = !lines.isEmpty() && lines.get(0).strip().startsWith("#version:");
        model(
                json,
                folder,
                lines.subList(versioned ? 1 : 0, lines.size()).stream()
                        .filter(line -> !line.isBlank())
                        .toList());
        json.set("normalizer", Steps.step("NFC"));
        json.set(
                "pre_tokenizer",
                Steps.sequence("pretokenizers", Steps.split(QWEN2_WORDS), Steps.byteLevel(false, true, false)));
        json.set("decoder", Steps.byteLevel(true, true, true));
        json.set("post_processor", Steps.byteLevel(true, false, true));
        return json;
    }

    private static void model(ObjectNode json, ModelFolder folder, List<String> lines) {
        ObjectNode model = json.putObject("model")
                .put("type", "BPE")
                .put("continuing_subword_prefix", "")
                .put("end_of_word_suffix", "")
                .put("fuse_unk", false);
        model.set("vocab", folder.json("vocab.json"));
        model.set("merges", merges(folder.path().resolve("merges.txt"), lines));
    }

    private static List<String> lines(ModelFolder folder) {
        return TokenFile.lines(folder.path().resolve("merges.txt"));
    }

    /** Pairs of symbols, the first to be merged first. */
    static ArrayNode merges(Path file, List<String> lines) {
        Set<List<String>> pairs = new LinkedHashSet<>(); // of a pair that stands there twice, the first place counts
        for (String line : lines) {
            String[] pair = line.strip().split("\\s+");
            if (pair.length != 2) {
                throw new WeightException(file + " is damaged: the line '" + TokenFile.shortened(line) + "' holds "
                        + pair.length + " symbols, not two; copy or download it again");
            }
            pairs.add(List.of(pair));
        }
        ArrayNode merges = JsonNodeFactory.instance.arrayNode();
        pairs.forEach(pair -> merges.addArray().add(pair.get(0)).add(pair.get(1)));
        return merges;
    }
}

package dev.tandem.llm.token;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a small byte-level tokenizer in Llama 3's form: 256 bytes, the merges given, then special tokens. */
public final class ByteTokenizer {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ByteTokenizer() {}

    /**
     * Writes tokenizer.json and tokenizer_config.json.
     *
     * @param merges pairs of symbols with a blank between them
     * @param specials the first begins a text, the second ends it
     */
    public static void write(Path folder, List<String> merges, List<String> specials) throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree("""
                {"version": "1.0", "truncation": null, "padding": null, "normalizer": null,
                 "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                   {"type": "Split", "pattern": {"Regex": " ?[^\\\\s]+|\\\\s+"}, "behavior": "Isolated", "invert": false},
                   {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
                 "post_processor": null,
                 "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
                 "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                   "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": true}}
                """);
        ObjectNode vocabulary = ((ObjectNode) json.path("model")).putObject("vocab");
        int other = 0;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            vocabulary.put(Character.toString(printable ? b : 256 + other++), b);
        }
        ArrayNode pairs = ((ObjectNode) json.path("model")).putArray("merges");
        for (String merge : merges) {
            pairs.add(merge);
            vocabulary.put(merge.replace(" ", ""), vocabulary.size());
        }
        ArrayNode added = json.putArray("added_tokens");
        for (String special : specials) {
            added.addObject()
                    .put("id", vocabulary.size() + added.size() - 1)
                    .put("content", special)
                    .put("special", true)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false);
        }
        Files.writeString(folder.resolve("tokenizer.json"), json.toString());
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                JSON.createObjectNode()
                        .put("bos_token", specials.get(0))
                        .put("eos_token", specials.get(1))
                        .toString());
    }
}

package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * CLIP's tokenizer (Radford et al. 2021) from vocab.json and merges.txt, as published Stable Diffusion folders hold it: the equal of what
 * transformers' CLIPConverter makes of them.
 */
final class ClipFiles {

    private static final String CUT = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
    static final String BEGIN = "<|startoftext|>";
    static final String END = "<|endoftext|>";
    private static final String END_OF_WORD = "</w>";

    /** The merges of the published vocabulary; the reference reads no further. */
    private static final int MOST_MERGES = 49152 - 256 - 2;

    private ClipFiles() {}

    /**
     * A tokenizer.json for the two files.
     *
     * @param roles the special tokens that are named
     */
    static ObjectNode tokenizer(ModelFolder folder, Map<String, String> roles) {
        JsonNode vocabulary = folder.json("vocab.json");
        String begin = roles.getOrDefault("bos_token", BEGIN);
        String end = roles.getOrDefault("eos_token", END);
        if (!vocabulary.path(begin).isInt() || !vocabulary.path(end).isInt()) {
            throw new WeightException(folder + " has no tokenizer.json, and its vocab.json is not CLIP's: it lacks "
                    + begin + " or " + end);
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
        json.putArray("added_tokens");
        ArrayNode normalizers =
                json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        normalizers.addObject().put("type", "NFC");
        normalizers
                .addObject()
                .put("type", "Replace")
                .put("content", " ")
                .putObject("pattern")
                .put("Regex", "\\s+");
        normalizers.addObject().put("type", "Lowercase");
        ArrayNode cuts = json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        cuts.addObject()
                .put("type", "Split")
                .put("behavior", "Removed")
                .put("invert", true)
                .putObject("pattern")
                .put("Regex", CUT);
        cuts.add(Steps.byteLevel(false, true, true));
        ObjectNode frame = json.putObject("post_processor")
                .put("type", "RobertaProcessing")
                .put("trim_offsets", false)
                .put("add_prefix_space", false);
        frame.putArray("sep").add(end).add(vocabulary.path(end).asInt());
        frame.putArray("cls").add(begin).add(vocabulary.path(begin).asInt());
        json.set("decoder", Steps.byteLevel(false, true, true));
        ObjectNode model = json.putObject("model")
                .put("type", "BPE")
                .put("unk_token", roles.get("unk_token"))
                .put("continuing_subword_prefix", "")
                .put("end_of_word_suffix", END_OF_WORD)
                .put("fuse_unk", false);
        model.set("vocab", vocabulary);
        model.set("merges", merges(folder.path().resolve("merges.txt")));
        return json;
    }

    private static ArrayNode merges(Path file) {
        List<String> lines =
                String.join("\n", TokenFile.lines(file)).strip().lines().toList();
        return BytePairFiles.merges(
                file, lines.stream().skip(1).limit(MOST_MERGES).toList());
    }
}

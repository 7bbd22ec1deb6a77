package dev.tandem.samples.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Trains a tokenizer in CLIP's form (Radford et al. 2021): lower case, words cut by CLIP's pattern, spelled in bytes of which the last is
 * marked {@code </w>}, pairs merged. The last two ids begin and end a text.
 */
public final class ClipTokenizerTrainer {

    private static final String CUT = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
    private static final String END_OF_WORD = "</w>";
    private static final String BEGIN = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    private static final int LEAST = 2;

    private ClipTokenizerTrainer() {}

    /**
     * Trains a tokenizer and writes {@code vocab.json}, {@code merges.txt}, {@code tokenizer.json}, {@code tokenizer_config.json} and
     * {@code special_tokens_map.json}.
     *
     * @param texts captions
     * @param vocabularySize ids in all; fewer come out where the texts hold fewer pairs
     * @param maxLength tokens of the text encoder, begin and end included
     */
    public static void train(Iterable<String> texts, int vocabularySize, int maxLength, Path folder) {
        List<String> bytes = ByteAlphabet.symbols();
        int merges = vocabularySize - 2 * bytes.size() - 2;
        if (merges < 0) {
            throw new IllegalArgumentException("a vocabulary of " + vocabularySize + " cannot hold " + 2 * bytes.size()
                    + " bytes, with and without an end of word, and two special tokens");
        }
        Iterable<String> normal = () -> StreamSupport.stream(texts.spliterator(), false)
                .map(t -> Normalizer.normalize(t, Normalizer.Form.NFC).toLowerCase(Locale.ROOT))
                .iterator();
        Map<List<String>, Long> words = new LinkedHashMap<>();
        TokenizerFiles.count(normal, Pattern.compile(CUT)).forEach((word, count) -> {
            List<String> symbols = new ArrayList<>(ByteAlphabet.spell(word));
            symbols.set(symbols.size() - 1, symbols.get(symbols.size() - 1) + END_OF_WORD);
            words.merge(symbols, count, Long::sum);
        });
        List<BytePairs.Merge> learned = BytePairs.learn(words, merges, LEAST);
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        bytes.forEach(b -> vocabulary.put(b, vocabulary.size()));
        bytes.forEach(b -> vocabulary.put(b + END_OF_WORD, vocabulary.size()));
        learned.forEach(m -> vocabulary.putIfAbsent(m.joined(), vocabulary.size()));
        write(vocabulary, learned, maxLength, folder);
    }

    private static void write(
            Map<String, Integer> vocabulary, List<BytePairs.Merge> merges, int maxLength, Path folder) {
        int begin = vocabulary.size();
        int end = begin + 1;
        ObjectNode tokenizer = TokenizerFiles.object("{\"version\": \"1.0\"}");
        tokenizer
                .putObject("truncation")
                .put("direction", "Right")
                .put("max_length", maxLength)
                .put("strategy", "LongestFirst")
                .put("stride", 0);
        ObjectNode padding = tokenizer.putObject("padding");
        padding.putObject("strategy").put("Fixed", maxLength);
        padding.put("direction", "Right")
                .putNull("pad_to_multiple_of")
                .put("pad_id", end)
                .put("pad_type_id", 0)
                .put("pad_token", END);
        tokenizer
                .putArray("added_tokens")
                .add(TokenizerFiles.special(BEGIN, true).put("id", begin))
                .add(TokenizerFiles.special(END, true).put("id", end));
        ArrayNode normalizers =
                tokenizer.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        normalizers.addObject().put("type", "NFC");
        normalizers
                .addObject()
                .put("type", "Replace")
                .put("content", " ")
                .putObject("pattern")
                .put("Regex", "\\s+");
        normalizers.addObject().put("type", "Lowercase");
        ObjectNode byteLevel = TokenizerFiles.object(
                "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": true}");
        ObjectNode split = TokenizerFiles.object("{\"type\": \"Split\", \"behavior\": \"Removed\", \"invert\": true}");
        split.putObject("pattern").put("Regex", CUT);
        tokenizer
                .putObject("pre_tokenizer")
                .put("type", "Sequence")
                .putArray("pretokenizers")
                .add(split)
                .add(byteLevel);
        ObjectNode processor = tokenizer
                .putObject("post_processor")
                .put("type", "RobertaProcessing")
                .put("trim_offsets", false)
                .put("add_prefix_space", false);
        processor.putArray("sep").add(END).add(end);
        processor.putArray("cls").add(BEGIN).add(begin);
        tokenizer.set("decoder", byteLevel);
        ObjectNode model = TokenizerFiles.bpe(
                TokenizerFiles.object("{\"type\": \"BPE\", \"dropout\": null, \"continuing_subword_prefix\": \"\","
                        + " \"fuse_unk\": false, \"byte_fallback\": false, \"ignore_merges\": false}"),
                vocabulary,
                merges);
        model.put("unk_token", END).put("end_of_word_suffix", END_OF_WORD);
        ObjectNode vocab = (ObjectNode) model.get("vocab");
        vocab.put(BEGIN, begin).put(END, end);
        tokenizer.set("model", model);
        TokenizerFiles.write(folder.resolve("tokenizer.json"), tokenizer);
        TokenizerFiles.write(folder.resolve("vocab.json"), vocab);
        StringBuilder text = new StringBuilder("#version: 0.2\n");
        merges.forEach(m -> text.append(m.left()).append(' ').append(m.right()).append('\n'));
        TokenizerFiles.write(folder.resolve("merges.txt"), text.toString());

        ObjectNode config = TokenizerFiles.JSON.createObjectNode();
        config.putObject("added_tokens_decoder")
                .<ObjectNode>set(Integer.toString(begin), TokenizerFiles.special(BEGIN, true))
                .set(Integer.toString(end), TokenizerFiles.special(END, true));
        ObjectNode names = TokenizerFiles.JSON
                .createObjectNode()
                .put("bos_token", BEGIN)
                .put("eos_token", END)
                .put("pad_token", END)
                .put("unk_token", END);
        config.setAll(names);
        config.put("clean_up_tokenization_spaces", false)
                .put("errors", "replace")
                .put("model_max_length", maxLength)
                .put("tokenizer_class", "CLIPTokenizer");
        TokenizerFiles.write(folder.resolve("tokenizer_config.json"), config);
        TokenizerFiles.write(folder.resolve("special_tokens_map.json"), names);
    }
}

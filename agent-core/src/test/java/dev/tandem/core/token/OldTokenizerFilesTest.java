package dev.tandem.core.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.weights.WeightException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders without tokenizer.json, or with one that other files change, against what transformers 4.57.1 makes of tricky texts with the same files. */
class OldTokenizerFilesTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private Path temp;

    private static Path resource(String name) throws URISyntaxException {
        URL url = OldTokenizerFilesTest.class.getResource("old/" + name);
        return Path.of(Objects.requireNonNull(url, name).toURI());
    }

    private static JsonNode read(Path file) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return MAPPER.readTree(in);
        }
    }

    /** Each row: ids and spans with special tokens, ids and spans without, the text of the first ids with and without special tokens. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert",
                "bert-cased",
                "blip",
                "gpt2",
                "gpt2-added",
                "gpt2-prefix",
                "llama",
                "llama-map",
                "llama-new",
                "llama-noblank",
                "qwen2",
                "qwen2-bare",
                "t5",
                "t5-bare",
                "t5-new",
                "tiktoken",
                // tokenizer.json beside settings that say otherwise
                "json-flags",
                "json-prefix",
                "json-bos",
                "json-type",
                "json-legacy",
                "json-cased",
                "json-t5"
            })
    void equalsTheReference(String kind) throws IOException, URISyntaxException {
        JsonNode texts = read(resource("texts.json.gz"));
        JsonNode expected = read(resource(kind + "/expected.json.gz"));
        assertTrue(texts.size() >= 250 && texts.size() == expected.size());
        try (TextTokenizer tokenizer = TextTokenizer.load(resource(kind))) {
            for (int i = 0; i < texts.size(); i++) {
                String text = texts.path(i).asText();
                JsonNode row = expected.path(i);
                Encoded with = tokenizer.encode(text, true);
                Encoded without = tokenizer.encode(text, false);
                String what = kind + " " + i + " " + text;
                assertEquals(ids(row.path(0)), with.ids(), what);
                assertEquals(spans(row.path(1)), spans(with), what);
                assertEquals(ids(row.path(2)), without.ids(), what);
                assertEquals(spans(row.path(3)), spans(without), what);
                assertEquals(row.path(4).asText(), tokenizer.decode(with.ids(), false), what);
                assertEquals(row.path(5).asText(), tokenizer.decode(with.ids(), true), what);
            }
        }
    }

    private static List<Integer> ids(JsonNode row) {
        List<Integer> ids = new ArrayList<>();
        row.forEach(id -> ids.add(id.asInt()));
        return ids;
    }

    private static List<String> spans(JsonNode row) {
        List<String> spans = new ArrayList<>();
        row.forEach(span -> spans.add(span.path(0).asInt() + "-" + span.path(1).asInt()));
        return spans;
    }

    private static List<String> spans(Encoded encoded) {
        return encoded.spans().stream()
                .map(span -> span.start() + "-" + span.end())
                .toList();
    }

    @Test
    void typedSpecialTokensStayText() throws URISyntaxException {
        for (String kind : List.of("gpt2-added", "qwen2", "llama", "t5", "tiktoken")) {
            try (TextTokenizer tokenizer = TextTokenizer.load(resource(kind))) {
                for (String text : List.of("a <s> b</s>", "<|endoftext|><|eot_id|>[IMG]x", "<extra_id_1>")) {
                    for (int id : tokenizer.encodePlain(text)) {
                        String token = String.valueOf(tokenizer.token(id));
                        assertTrue(!tokenizer.isSpecial(id) || token.equals("<unk>"), kind + " " + text + " " + token);
                    }
                }
            }
        }
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertRefused("there is no tokenizer in", "tokenizer.model, spiece.model or vocab.txt");
        Files.writeString(temp.resolve("vocab.txt"), "[PAD]\n[UNK]\n");
        assertRefused("its class ''", "tokenizer_class");
        config("{\"tokenizer_class\":\"BertTokenizer\"}");
        assertRefused("vocab.txt lacks the cls_token [CLS]");
        config("{\"tokenizer_class\":\"GPT2Tokenizer\"}");
        assertRefused("vocab.json of a GPT2 tokenizer");
        config("{\"tokenizer_class\":\"T5Tokenizer\"}");
        assertRefused("spiece.model of a T5 tokenizer");
        config("{\"tokenizer_class\":\"LlamaTokenizer\"}");
        assertRefused("tokenizer.model of a LLAMA tokenizer");
    }

    @Test
    void saysWhatIsDamaged() throws IOException, URISyntaxException {
        config("{\"tokenizer_class\":\"LlamaTokenizer\"}");
        Path model = temp.resolve("tokenizer.model");
        byte[] good = Files.readAllBytes(resource("llama/tokenizer.model"));
        Files.write(model, java.util.Arrays.copyOf(good, good.length / 2));
        assertRefused("tokenizer.model is no SentencePiece model, or damaged");
        Files.write(model, new byte[0]);
        assertRefused("it has no pieces");
        Files.writeString(model, "version https://git-lfs.github.com/spec/v1\n");
        assertRefused("pointer of Git LFS");
        Files.writeString(model, Base64.getEncoder().encodeToString("a".getBytes(StandardCharsets.UTF_8)) + " one\n");
        assertRefused("tokenizer.model is damaged in the line 'YQ== one'");
        config("{\"tokenizer_class\":\"GPT2Tokenizer\"}");
        Files.writeString(temp.resolve("vocab.json"), "{\"a\":0,\"b\":1,\"<|endoftext|>\":2}");
        Files.writeString(temp.resolve("merges.txt"), "#version: 0.2\na b c\n");
        assertRefused("merges.txt is damaged: the line 'a b c' holds 3 symbols");
        Files.write(temp.resolve("merges.txt"), new byte[] {'x', '\n', (byte) 0xFF, '\n'});
        assertRefused("merges.txt is damaged: it is no text in UTF-8");
        config("{\"tokenizer_class\":\"T5Tokenizer\",\"extra_ids\":100000000}");
        Files.copy(resource("t5/spiece.model"), temp.resolve("spiece.model"));
        assertRefused("asks for 100000000 extra_ids");
        config("{\"tokenizer_class\":\"T5Tokenizer\",\"added_tokens_decoder\":{\"first\":{\"content\":\"a\"}}}");
        assertRefused("the id 'first'");
    }

    private void config(String json) throws IOException {
        Files.writeString(temp.resolve("tokenizer_config.json"), json);
    }

    private void assertRefused(String... words) {
        String message = assertThrows(WeightException.class, () -> TextTokenizer.load(temp))
                .getMessage();
        for (String each : words) {
            assertTrue(message.contains(each), message);
        }
    }
}

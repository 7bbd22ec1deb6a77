package dev.tandem.samples.damage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.chat.ChatModelFolder;
import dev.tandem.llm.load.LlamaConfigFile;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.samples.fuzz.DamagedInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage within single files of a language model: headers that lie, indexes, tokenizers, adapters and GGUF. */
class DamagedFilesTest {

    private static final String ONE = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

    private final TensorEngine engine = TorchEngine.cpu();

    @TempDir
    Path folder;

    private Path weights;

    @BeforeEach
    void copy() throws IOException {
        Path model = DamagedFolderTest.parity("llama-forward-untied").resolve("model");
        Path tokenizer = DamagedFolderTest.parity("tokenizer-llama3").resolve("model");
        for (Path source : new Path[] {model, tokenizer}) {
            try (Stream<Path> files = Files.list(source)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.write(folder.resolve(file.getFileName().toString()), Files.readAllBytes(file));
                }
            }
        }
        weights = folder.resolve("model.safetensors");
    }

    /** Loads as {@code tandem generate} does; the refusal names what it should. */
    private void refused(Path model, String... words) {
        try (Scope outer = engine.scope()) {
            RuntimeException refusal = assertThrows(RuntimeException.class, () -> ChatModelFolder.load(engine, model));
            assertFalse(DamagedInput.accepted(() -> {
                throw refusal;
            }));
            for (String word : words) {
                assertTrue(refusal.getMessage().contains(word), refusal.getMessage() + " (expected: " + word + ")");
            }
            assertEquals(0, outer.size(), "no tensor is left behind");
        }
    }

    @Test
    void theSoundFolderLoads() {
        ChatModelFolder.load(engine, folder).close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}} | overlap before b
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}} | hole before b
            {"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}                                                       | a is said to lie at bytes 0 to 36 of 12
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}                                                        | a is said to lie at bytes 8 to 4
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}                                                       | a is said to lie at bytes -4 to 0
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}                                                       | a F32 [2] takes 8 bytes, its place has 12
            {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,12]}}                                   | a has the impossible shape
            {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,12]}}                                                      | a has the shape [-1]
            {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,12]}}                                                     | a.shape
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0]}}                                                          | a lacks
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}} | Duplicate
            {"a":{"dtype":"I4","shape":[3],"data_offsets":[0,12]}}                                                        | holds a as I4
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                                                        | 4 bytes after the last tensor
            {"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,3],"data_offsets":[0,12]}}                    | a.shape has more than 16 numbers
            {"a":[[[[[[]]]]]]}                                                                                            | header
            []                                                                                                            | does not begin with {
            """)
    void headersThatLie(String header, String words) throws IOException {
        TensorFile.write(weights, header, new byte[12]);
        refused(folder, weights.toString(), "damaged".equals(words) ? "damaged" : words);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, Long.MAX_VALUE, 1L << 40, 99_999_999, 1})
    void headerLengths(long length) throws IOException {
        byte[] header = ONE.getBytes(StandardCharsets.UTF_8);
        Files.write(
                weights,
                ByteBuffer.allocate(8 + header.length + 8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(length)
                        .put(header)
                        .array());
        refused(folder, weights.toString(), "damaged");
    }

    @Test
    void aHeaderOfAMillionTensors() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < 1_000_000; i++) {
            header.append(i == 0 ? "\"" : ",\"")
                    .append(i)
                    .append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }
        TensorFile.write(weights, header.append('}').toString(), new byte[0]);
        refused(folder, weights.toString(), "more than 262144 tensors");
    }

    @Test
    void indexes() throws IOException {
        TensorFile whole = TensorFile.read(weights);
        Files.delete(weights);
        Map<String, String> map = new LinkedHashMap<>();
        for (int shard = 0; shard < 2; shard++) {
            TensorFile part = new TensorFile();
            int i = 0;
            for (Map.Entry<String, TensorFile.Entry> each : whole.tensors.entrySet()) {
                if (i++ % 2 == shard) {
                    part.tensors.put(each.getKey(), each.getValue());
                    map.put(each.getKey(), "shard-" + shard + ".safetensors");
                }
            }
            part.write(folder.resolve("shard-" + shard + ".safetensors"));
        }
        Path index = folder.resolve("model.safetensors.index.json");
        String good = index(map);
        Files.writeString(index, good);
        ChatModelFolder.load(engine, folder).close();

        Path outside = folder.resolveSibling("outside.safetensors");
        for (String name :
                new String[] {"../outside.safetensors", outside.toString(), "a/../shard-0.safetensors", "x.bin", ""}) {
            Files.writeString(index, good.replace("shard-0.safetensors", name));
            refused(folder, index.toString(), "plain name");
        }
        Files.writeString(index, good.replace("shard-0", "shard-1"));
        refused(folder, "shard-1.safetensors has no tensor", index.toString());
        Files.writeString(index, good.replace("shard-0", "shard-7"));
        refused(folder, "there is no file", "shard-7.safetensors");
        for (String text : new String[] {
            "", "[]", "{}", "{\"weight_map\":[]}", "{\"weight_map\":{}}", "{\"weight_map\":{\"a\":1}}", "{"
        }) {
            Files.writeString(index, text);
            refused(folder, index.toString());
        }
        map.remove("lm_head.weight");
        Files.writeString(index, index(map));
        refused(folder, index.toString(), "has no tensor lm_head.weight");
        Files.writeString(index, good);
        Files.delete(folder.resolve("shard-1.safetensors"));
        refused(folder, "there is no file", "shard-1.safetensors");
    }

    private static String index(Map<String, String> map) {
        StringBuilder json = new StringBuilder("{\"weight_map\":{");
        map.forEach((key, file) ->
                json.append(json.toString().endsWith("{") ? "" : ",").append("\"" + key + "\":\"" + file + "\""));
        return json.append("}}").toString();
    }

    @Test
    void tokenizers() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        String good = Files.readString(file);
        for (String text : new String[] {
            "",
            "[]",
            "{",
            "{}",
            "{\"model\":{}}",
            "{\"model\":{\"type\":\"BPE\",\"vocab\":[],\"merges\":7}}",
            good.substring(0, good.length() / 2),
            "[".repeat(100_000),
            good.replaceFirst(
                    "\"normalizer\":\\s*(null|\\{\\})",
                    "\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}")
        }) {
            Files.writeString(file, text);
            refused(folder, folder.toString());
        }
        Files.delete(file);
        refused(folder, folder.toString(), "tokenizer.json");
    }

    @Test
    void chatTemplatesThatAreTooLong() throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), "x".repeat(2 << 20));
        refused(folder, "chat_template.jinja", "1048576");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"r":0}                                       | r must be at least 1
            {"r":1000000000000}                           | r holds 1000000000000
            {"r":"x"}                                     | r holds "x"
            {"lora_alpha":"NaN"}                          | lora_alpha
            {"peft_type":"IA3"}                           | IA3
            {"use_dora":true}                             | lora_magnitude_vector
            {"rank_pattern":{"(":1}}                      | no regular expression
            {"rank_pattern":{"q_proj":-1}}                | rank_pattern
            {"r":5,"target_modules":["q_proj"]}           | lora_A
            []                                            | no JSON object
            {                                             | not valid JSON
            """)
    void adapters(String text, String words) throws IOException {
        Path source = DamagedFolderTest.parity("llama-lora");
        Path adapter = Files.createDirectory(folder.resolve("adapter"));
        Files.copy(source.resolve("adapter/adapter_model.safetensors"), adapter.resolve("adapter_model.safetensors"));
        Files.writeString(adapter.resolve("adapter_config.json"), text);
        Path model = source.resolve("model");
        try (Scope outer = engine.scope()) {
            RuntimeException refusal = assertThrows(
                    RuntimeException.class,
                    () -> LlamaLoader.build(
                                    engine,
                                    LlamaConfigFile.read(model.resolve("config.json")),
                                    LoraAdapter.load(engine, adapter)
                                            .mergedInto(ModelFolder.of(model).weights(engine)))
                            .close());
            assertFalse(DamagedInput.accepted(() -> {
                throw refusal;
            }));
            assertTrue(refusal.getMessage().contains(adapter.toString()), refusal.getMessage());
            assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
            assertEquals(0, outer.size());
        }
    }

    @Test
    void gguf() throws IOException {
        byte[] good = Objects.requireNonNull(
                        DamagedInput.class.getResourceAsStream("ModelFilesFuzzTestInputs/gguf/byte-level"))
                .readAllBytes();
        Path file = folder.resolve("model.gguf");
        Files.write(file, good);
        ChatModelFolder.load(engine, file).close();
        String name = file.toString();
        int info = find(good, "token_embd.weight") + "token_embd.weight".length(); // dimensions, sizes, type, place

        changed(file, good, bytes -> bytes.putInt(0, 0x46464646), name, "no GGUF file");
        changed(file, good, bytes -> bytes.putInt(4, 1), name, "version 1");
        changed(file, good, bytes -> bytes.putLong(8, Long.MAX_VALUE), name, "9223372036854775807 tensors");
        changed(file, good, bytes -> bytes.putLong(16, -1), name, "18446744073709551615 settings");
        changed(file, good, bytes -> bytes.putLong(24, 1L << 40), name, "1099511627776 bytes of a text");
        changed(file, good, bytes -> bytes.putInt(info, 5), name, "token_embd.weight has 5 dimensions");
        changed(file, good, bytes -> bytes.putLong(info + 4, 0), name, "token_embd.weight has a dimension of 0");
        changed(file, good, bytes -> bytes.putLong(info + 4, 1L << 62), name, "token_embd.weight has a dimension");
        changed(file, good, bytes -> bytes.putLong(info + 4, 1L << 32), name, "token_embd.weight lies at bytes");
        changed(file, good, bytes -> bytes.putLong(info + 4, 3), name, "token_embd.weight", "[14, 3]", "[14, 4]");
        changed(file, good, bytes -> bytes.putInt(info + 20, 16), name, "token_embd.weight as type 16 (IQ2_XXS)");
        changed(file, good, bytes -> bytes.putInt(info + 20, -7), name, "token_embd.weight as type 4294967289");
        changed(file, good, bytes -> bytes.putInt(info + 20, 12), name, "token_embd.weight", "Q4_K", "blocks of 256");
        changed(file, good, bytes -> bytes.putLong(info + 24, 1L << 50), name, "token_embd.weight lies at byte");
        int tokens = find(good, "tokenizer.ggml.tokens") + "tokenizer.ggml.tokens".length();
        changed(file, good, bytes -> bytes.putInt(tokens + 4, 9), name, "tokenizer.ggml.tokens is a list of lists");
        changed(file, good, bytes -> bytes.putInt(tokens, 99), name, "tokenizer.ggml.tokens has the type 99");
        changed(file, good, bytes -> bytes.putLong(tokens + 8, 1L << 50), name, "tokenizer.ggml.tokens");
        int blocks = find(good, "llama.block_count") + "llama.block_count".length();
        changed(file, good, bytes -> bytes.putInt(blocks + 4, 0), name, "llama.block_count must be at least 1");
        changed(file, good, bytes -> bytes.putInt(blocks + 4, 9), name, "no tensor for model.layers.1.");
        int heads = find(good, "llama.attention.head_count") + "llama.attention.head_count".length();
        changed(file, good, bytes -> bytes.putInt(heads + 4, 0), name, "head_count must be at least 1");
        changed(file, good, bytes -> bytes.put(find(good, "general.architecture") + 32, (byte) 'g'), name, "glama");
        Files.write(file, Arrays.copyOf(good, good.length - 20));
        refused(file, name, "damaged");
        Files.write(file, new byte[0]);
        refused(file, name, "no GGUF file");
        Files.delete(file);
        Files.createDirectory(file);
        refused(file, name, "folder");
        refused(folder.resolve("none.gguf"), "there is no file");
    }

    private interface Change {
        void to(ByteBuffer bytes);
    }

    private void changed(Path file, byte[] good, Change change, String... words) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN);
        change.to(bytes);
        Files.write(file, bytes.array());
        refused(file, words);
    }

    private static int find(byte[] bytes, String text) {
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        assertTrue(at >= 0, text);
        return at;
    }

    /** What failed to load again and again has left nothing in native memory: 200 times would otherwise be 200 models. */
    @Test
    void failingAgainAndAgain() throws IOException {
        TensorFile file = TensorFile.read(weights);
        file.tensors.remove("lm_head.weight"); // the last to be read
        file.write(weights);
        try (Scope outer = engine.scope()) {
            for (int i = 0; i < 200; i++) {
                assertThrows(WeightException.class, () -> LlamaLoader.load(engine, folder));
            }
            assertEquals(0, outer.size());
        }
    }
}

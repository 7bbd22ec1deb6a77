package dev.tandem.llm.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.model.RopeScaling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LlamaConfigFileTest {

    private static final String SIZES =
            "'vocab_size': 100, 'hidden_size': 32, 'intermediate_size': 56, 'num_hidden_layers': 2,"
                    + " 'num_attention_heads': 4";

    private static LlamaConfig parse(String fields) throws IOException {
        return LlamaConfigFile.parse(new ObjectMapper().readTree(("{" + fields + "}").replace('\'', '"')));
    }

    @Test
    void defaultsAreThoseOfTheReference() throws IOException {
        LlamaConfig c = parse("'model_type': 'llama', " + SIZES);
        assertEquals(4, c.keyValueHeads());
        assertEquals(8, c.headDim());
        assertEquals(2048, c.maxPositionEmbeddings());
        assertEquals(10000, c.ropeTheta());
        assertEquals(new RopeScaling.None(), c.ropeScaling());
        assertEquals(List.of(2), c.eosTokenIds());
        assertFalse(c.tieWordEmbeddings() || c.queryKeyValueBias() || c.attentionOutputBias() || c.mlpBias());
        assertNull(c.padTokenId());
    }

    @Test
    void oldAndNewSpellingOfRotaryPositionsGiveTheSame() throws IOException {
        String llama3 = "'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 1, 'high_freq_factor': 4,"
                + " 'original_max_position_embeddings': 64";
        LlamaConfig old =
                parse("'model_type': 'llama', 'rope_theta': 500000, 'rope_scaling': {" + llama3 + "}, " + SIZES);
        LlamaConfig now =
                parse("'model_type': 'llama', 'rope_parameters': {'rope_theta': 500000, " + llama3 + "}, " + SIZES);
        assertEquals(old, now);
        assertEquals(new RopeScaling.Llama3(8, 1, 4, 64), old.ropeScaling());
        assertEquals(500000, old.ropeTheta());
    }

    @Test
    void qwen2HasBiasesOnQueryKeyAndValueOnly() throws IOException {
        LlamaConfig c = parse("'model_type': 'qwen2', 'num_key_value_heads': 2, 'eos_token_id': [5, 6], " + SIZES);
        assertTrue(c.queryKeyValueBias());
        assertFalse(c.attentionOutputBias());
        assertEquals(List.of(5, 6), c.eosTokenIds());
        assertEquals(32768, c.maxPositionEmbeddings());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            'model_type': 'mamba', SIZES                                             | model_type 'mamba'
            'model_type': 'llama', 'vocab_size': 10                                  | hidden_size is missing
            'model_type': 'llama', SIZES, 'vocab_size': -3                           | vocab_size
            'model_type': 'llama', SIZES, 'vocab_size': '10'                         | vocab_size
            'model_type': 'llama', SIZES, 'hidden_act': 'laplace'                       | the activation 'laplace'
            'model_type': 'llama', SIZES, 'num_key_value_heads': 3                   | num_key_value_heads
            'model_type': 'llama', SIZES, 'head_dim': 7                              | head_dim 7 is odd
            'model_type': 'llama', SIZES, 'rope_scaling': {'rope_type': 'longrope'}  | short_factor is missing
            'model_type': 'llama', SIZES, 'rope_scaling': {'type': 'linear'}         | factor is missing
            'model_type': 'llama', SIZES, 'partial_rotary_factor': 0.5               | partial_rotary_factor
            'model_type': 'llama', SIZES, 'use_sliding_window': true                 | use_sliding_window
            """)
    void saysWhatDoesNotFit(String fields, String named) {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> parse(fields.strip().replace("SIZES", SIZES)));
        assertTrue(String.valueOf(e.getMessage()).contains(named.strip()), e.getMessage());
    }

    @Test
    void writtenConfigurationsReadBackTheSame() throws IOException {
        String yarn = "'rope_scaling': {'rope_type': 'yarn', 'factor': 4, 'attention_factor': 1.5}";
        for (String fields : List.of(
                "'model_type': 'llama', 'attention_bias': true, 'eos_token_id': [3, 4], 'pad_token_id': 0, ",
                "'model_type': 'llama', " + yarn + ", ",
                "'model_type': 'llama', 'rope_scaling': {'type': 'dynamic', 'factor': 2.0}, ",
                "'model_type': 'qwen2', 'tie_word_embeddings': true, 'bos_token_id': null, ")) {
            LlamaConfig c = parse(fields + SIZES);
            assertEquals(
                    c,
                    LlamaConfigFile.parse(
                            new ObjectMapper().readTree(LlamaConfigFile.write(c).toString())));
        }
    }

    @Test
    void namesTheFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("config.json");
        assertTrue(message(file).contains("there is no " + file));
        Files.writeString(file, "{");
        assertTrue(message(file).contains(file + ": this is no JSON"));
        Files.writeString(file, "[]");
        assertTrue(message(file).contains("a configuration is a JSON object"));
    }

    @Test
    void generationConfigAddsEndsOfText(@TempDir Path folder) throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                ("{'model_type': 'llama', 'eos_token_id': 5, " + SIZES + "}").replace('\'', '"'));
        assertEquals(List.of(5), LlamaConfigFile.readFolder(folder).eosTokenIds());
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [5, 9]}");
        assertEquals(List.of(5, 9), LlamaConfigFile.readFolder(folder).eosTokenIds());
    }

    private static String message(Path file) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> LlamaConfigFile.read(file))
                .getMessage());
    }
}

package dev.tandem.llm.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.decode.BeamSettings.EarlyStopping;
import dev.tandem.llm.decode.GenerationSettings;
import dev.tandem.llm.decode.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationConfigFileTest {

    @TempDir
    private Path folder;

    private GenerationSettings read(String json) throws IOException {
        Files.writeString(folder.resolve("generation_config.json"), json);
        return GenerationConfigFile.read(folder).orElseThrow();
    }

    @Test
    void aFolderWithoutTheFileSaysNothing() {
        assertTrue(GenerationConfigFile.read(folder).isEmpty());
        assertEquals(List.of(), GenerationConfigFile.stopIds(folder));
    }

    @Test
    void publishedSettingsAreThoseOfTheReference() throws IOException {
        GenerationSettings qwen = read("""
                {"bos_token_id": 151643, "pad_token_id": 151643, "do_sample": true, "eos_token_id": [151645, 151643],
                 "repetition_penalty": 1.1, "temperature": 0.7, "top_p": 0.8, "top_k": 20, "transformers_version": "4.37.0"}""");
        assertEquals(new Sampler(0.7, 20, 0.8), qwen.sampler());
        assertEquals(1.1, qwen.repetitionPenalty());
        assertEquals(List.of(151645, 151643), GenerationConfigFile.stopIds(folder));
        GenerationSettings llama = read("{\"do_sample\": true, \"temperature\": 0.6, \"top_p\": 0.9}");
        assertEquals(new Sampler(0.6, 50, 0.9), llama.sampler(), "50 is transformers' default");
        assertEquals(
                Sampler.greedy(),
                read("{\"temperature\": 0.6, \"eos_token_id\": 2}").sampler());
        assertEquals(List.of(2), GenerationConfigFile.stopIds(folder));
    }

    @Test
    void nullSwitchesARuleOff() throws IOException {
        GenerationSettings settings =
                read("{\"do_sample\": true, \"top_k\": null, \"top_p\": null, \"temperature\": null, \"min_p\": null}");
        assertEquals(new Sampler(1, 0, 1, 0), settings.sampler());
    }

    @Test
    void searchesAreSetUp() throws IOException {
        GenerationSettings settings = read(
                "{\"num_beams\": 4, \"length_penalty\": 2.0, \"early_stopping\": true, \"no_repeat_ngram_size\": 3, \"max_new_tokens\": 7}");
        assertEquals(4, settings.search().beams());
        assertEquals(2, settings.search().lengthPenalty());
        assertEquals(EarlyStopping.FIRST_FINISHED, settings.search().earlyStopping());
        assertEquals(3, settings.noRepeatNgramSize());
        assertEquals(7, settings.maxNewTokens());
        assertEquals(
                EarlyStopping.NEVER, read("{\"early_stopping\": \"never\"}").earlyStopping());
    }

    @Test
    void saysWhichValueIsWrong() {
        for (String json : List.of(
                "{\"top_k\": 1.5}",
                "{\"top_k\": \"all\"}",
                "{\"do_sample\": 1}",
                "{\"early_stopping\": 3}",
                "{\"max_new_tokens\": 0}",
                "{\"temperature\": -1}",
                "{\"repetition_penalty\": 0}",
                "[",
                "{\"num_beams\": 0}")) {
            WeightException e = assertThrows(WeightException.class, () -> read(json), json);
            assertTrue(String.valueOf(e.getMessage()).contains("generation_config.json: "), e.getMessage());
        }
    }
}

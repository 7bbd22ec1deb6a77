package dev.tandem.core.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.weights.WeightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentConfigTest {

    private static final String GOOD = """
            {
              "name": "scenes",
              "markers": {"begin": "[IMG]", "end": "[/IMG]"},
              "prompt": {"begin": "<s>", "user_start": "<user>", "user_end": "\\n", "agent_start": "<agent>", "agent_end": "</s>"},
              "bridge": {"matrix": "word"},
              "language": {"max_new_tokens": 64, "temperature": 0.7, "top_p": 0.9},
              "image": {"steps": 15, "guidance": 2.5, "negative_prompt": "blurry"},
              "provenance": {"licence": "Apache-2.0"}
            }
            """;

    @TempDir
    Path folder;

    private AgentConfig read(String json) throws IOException {
        Files.writeString(folder.resolve(AgentConfig.FILE), json);
        return AgentConfig.read(folder);
    }

    @Test
    void readsWhatIsThereAndKeepsDefaultsForTheRest() throws IOException {
        AgentConfig config = read(GOOD);
        assertEquals("scenes", config.name());
        assertEquals(AgentConfig.Markers.DEFAULT, config.markers());
        assertEquals("</s>", config.prompt().agentEnd());
        assertEquals(
                LanguageOptions.builder()
                        .maxNewTokens(64)
                        .temperature(0.7)
                        .topP(0.9)
                        .build(),
                config.language());
        assertEquals(15, config.image().steps());
        assertEquals("blurry", config.image().negativePrompt());
        assertEquals("Apache-2.0", config.provenance().get("licence"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"steps\": 15 | \"steps\": 0 | steps lie from 1",
                "\"steps\": 15 | \"stepss\": 15 | did you mean 'steps'",
                "\"negative_prompt\": \"blurry\" | \"negative_prompt\": null | may be empty",
                "\"top_p\": 0.9 | \"top_p\": 1.5 | topP",
                "\"end\": \"[/IMG]\" | \"end\": \"[IMG]\" | markers are two different tokens",
                "\"bridge\": {\"matrix\": \"word\"}, | '' | bridge",
                "\"name\": \"scenes\" | \"name\": | no JSON",
            })
    void saysWhatIsWrong(String right, String wrong, String message) throws IOException {
        assertTrue(GOOD.contains(right));
        WeightException e = assertThrows(WeightException.class, () -> read(GOOD.replace(right, wrong)));
        assertTrue(e.getMessage().contains(AgentConfig.FILE), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void aFolderWithoutTheFileIsNoModelFolder() {
        WeightException e = assertThrows(WeightException.class, () -> AgentConfig.read(folder));
        assertTrue(e.getMessage().contains("no agent.json"), e.getMessage());
    }
}

package dev.tandem.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.caption.Caption;
import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.stage.LanguageStageFactory;
import dev.tandem.core.stage.LanguageUsage;
import dev.tandem.core.stage.StageContext;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.load.TrainableLlama;
import dev.tandem.llm.model.Models;
import dev.tandem.llm.token.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlamaLanguageStageFactoryTest {

    private static final List<String> SPECIAL =
            List.of("<|begin_of_text|>", "<|end|>", "<|user|>", "<|agent|>", "[IMG]", "[/IMG]");

    private final TensorEngine engine = TorchEngine.cpu();

    @TempDir
    private Path folder;

    private StageContext context(String marker) {
        return new StageContext(
                folder,
                new AgentConfig(
                        "test",
                        new AgentConfig.Markers(marker, "[/IMG]"),
                        new AgentConfig.PromptTemplate(
                                "<|begin_of_text|>", "<|user|>", "<|end|>", "<|agent|>", "<|end|>"),
                        new AgentConfig.Bridge("none"),
                        LanguageOptions.builder().build(),
                        ImageOptions.builder().build(),
                        Map.of()),
                engine);
    }

    private void writeModel(int vocabulary) throws IOException {
        Path llm = Files.createDirectories(folder.resolve("llm"));
        ByteTokenizer.write(llm, List.of("h i"), SPECIAL);
        try (TrainableLlama llama = TrainableLlama.fresh(
                engine,
                Models.small().vocabSize(vocabulary).eosTokenIds(List.of()).build(),
                new SplittableRandom(3))) {
            llama.save(llm, DType.FLOAT16, llm);
        }
    }

    @BeforeEach
    void write() throws IOException {
        writeModel(257 + SPECIAL.size());
    }

    private static LanguageStageFactory factory() {
        return ServiceLoader.load(LanguageStageFactory.class).findFirst().orElseThrow();
    }

    @Test
    void serviceLoaderFindsItAndItsStageAnswers() {
        assertInstanceOf(LlamaLanguageStageFactory.class, factory());
        assertTrue(factory().supports(context("[IMG]")));
        Dialogue dialogue = new Dialogue(List.of(Turn.user("hi [IMG] there")));
        StringBuilder heard = new StringBuilder();
        CaptionListener listener = new CaptionListener() {
            @Override
            public void onText(String piece) {
                heard.append(piece);
            }

            @Override
            public void onCaption(Caption caption) {
                heard.append(caption.text());
            }
        };
        try (LanguageStage stage = factory().create(context("[IMG]"))) {
            // begin, user, "hi" as one token, 12 bytes in which the marker is text, end, agent
            assertEquals(2 + 1 + 12 + 2, stage.countTokens(dialogue));
            LanguageUsage usage = stage.reply(
                    dialogue,
                    LanguageOptions.builder().maxNewTokens(20).temperature(1).build(),
                    new Cancellation(),
                    listener);
            assertTrue(usage.newTokens() > 0 && usage.newTokens() <= 20);
            assertFalse(heard.toString().contains("<|"), "special tokens are not written: " + heard);
        }
    }

    @Test
    void otherFoldersAreNotItsOwn() throws IOException {
        Path config = folder.resolve("llm/config.json");
        Files.writeString(config, Files.readString(config).replace("\"llama\"", "\"mamba\""));
        assertFalse(factory().supports(context("[IMG]")));
        Files.delete(config);
        assertFalse(factory().supports(context("[IMG]")));
    }

    @Test
    void saysWhatDoesNotFit() throws IOException {
        WeightException marker =
                assertThrows(WeightException.class, () -> factory().create(context("<photo>")));
        assertTrue(marker.getMessage().contains("the marker <photo> is 7 tokens"), marker.getMessage());
        writeModel(200);
        WeightException small =
                assertThrows(WeightException.class, () -> factory().create(context("[IMG]")));
        assertTrue(small.getMessage().contains("the model's embeddings only 200"), small.getMessage());
    }
}

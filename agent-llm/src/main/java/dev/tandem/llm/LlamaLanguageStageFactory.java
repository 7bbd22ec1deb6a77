package dev.tandem.llm;

import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.stage.LanguageStageFactory;
import dev.tandem.core.stage.StageContext;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.load.LlamaConfigFile;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.load.MllamaLoader;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.Mllama;
import dev.tandem.llm.model.SeenPictures;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.token.LlmTokenizer;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Makes language stages of folders whose {@code llm/} holds a decoder of the Llama family, or a Llama-Vision, with its tokenizer. */
public final class LlamaLanguageStageFactory implements LanguageStageFactory {

    private static final String COMPONENT = "llm";

    @Override
    public String name() {
        return "llama";
    }

    @Override
    public boolean supports(StageContext context) {
        Path folder = context.folder().resolve(COMPONENT);
        try {
            if (!MllamaLoader.isIn(folder)) {
                LlamaConfigFile.read(folder.resolve("config.json"));
            }
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public LanguageStage create(StageContext context) {
        Path folder = context.folder().resolve(COMPONENT);
        LlmTokenizer tokenizer = LlmTokenizer.load(folder);
        try {
            if (MllamaLoader.isIn(folder)) {
                return seeing(context, tokenizer, folder);
            }
            PromptEncoder prompts = prompts(context, tokenizer, folder, OptionalInt.empty());
            Llama model = LlamaLoader.load(context.engine(), folder);
            if (tokenizer.vocabularySize() > model.config().vocabSize()) {
                model.close();
                throw new WeightException(folder + ": the tokenizer has " + tokenizer.vocabularySize()
                        + " tokens, the model's embeddings only "
                        + model.config().vocabSize()
                        + "; tokenizer and weights belong to different models");
            }
            return new LlamaLanguageStage(model, tokenizer, prompts, tokenizer, tokenizer::close);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static LanguageStage seeing(StageContext context, LlmTokenizer tokenizer, Path folder) {
        Mllama model = MllamaLoader.loadSpeaking(context.engine(), folder);
        try {
            SeenPictures eyes = MllamaLoader.eyes(model, tokenizer, folder);
            PromptEncoder prompts = prompts(context, tokenizer, folder, OptionalInt.of(eyes.imageId()));
            return new LlamaLanguageStage(eyes, tokenizer, prompts, tokenizer, tokenizer::close);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static PromptEncoder prompts(StageContext context, LlmTokenizer tokenizer, Path folder, OptionalInt image) {
        try {
            return new PromptEncoder(context.config().prompt(), context.config().markers(), tokenizer, image);
        } catch (IllegalArgumentException e) {
            throw new WeightException(folder + ": " + e.getMessage(), e);
        }
    }
}

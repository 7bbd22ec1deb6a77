package dev.tandem.llm;

import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.stage.LanguageStageFactory;
import dev.tandem.core.stage.StageContext;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.load.LlamaConfigFile;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.token.LlmTokenizer;
import java.nio.file.Path;

/** Makes language stages of folders whose {@code llm/} holds a decoder of the Llama family with its tokenizer. */
public final class LlamaLanguageStageFactory implements LanguageStageFactory {

    private static final String COMPONENT = "llm";

    @Override
    public String name() {
        return "llama";
    }

    @Override
    public boolean supports(StageContext context) {
        try {
            LlamaConfigFile.read(context.folder().resolve(COMPONENT).resolve("config.json"));
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
            PromptEncoder prompts = prompts(context, tokenizer, folder);
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

    private static PromptEncoder prompts(StageContext context, LlmTokenizer tokenizer, Path folder) {
        try {
            return new PromptEncoder(context.config().prompt(), context.config().markers(), tokenizer);
        } catch (IllegalArgumentException e) {
            throw new WeightException(folder + ": " + e.getMessage(), e);
        }
    }
}

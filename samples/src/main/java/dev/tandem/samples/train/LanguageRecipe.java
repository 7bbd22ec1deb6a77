package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.core.data.RecordedDialogue;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.llm.load.LlamaConfigFile;
import dev.tandem.llm.load.TrainableLlama;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.prompt.TokenizedDialogue;
import dev.tandem.llm.token.LlmTokenizer;
import dev.tandem.llm.train.DialogueSet;
import dev.tandem.llm.train.DialogueSource;
import dev.tandem.llm.train.LanguageTask;
import dev.tandem.llm.train.Targets;
import dev.tandem.samples.world.DialogueWriter;
import dev.tandem.samples.world.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Kind {@code language}: trains the language model of a model folder alone, on written dialogues or on one's own.
 *
 * @param training the loop
 * @param model the model folder: {@code agent.json}, {@code llm/config.json} and the tokenizer's files
 * @param fresh start from nothing; otherwise from {@code llm/model.safetensors}
 * @param own dialogues in files to learn from; null for those of the world alone
 * @param dialogues how many of the world's training dialogues are written
 * @param echoes share of the training dialogues in which the agent only repeats words: 0.75 for some hundred steps makes a small model copy
 * @param heldOut how many held-out dialogues it is measured on, at most
 * @param tokensPerBatch about how many tokens a batch has, padding included
 * @param maxTokens longer dialogues are cut
 * @param targets whose turns are learned
 */
@JsonDeserialize(builder = LanguageRecipe.Builder.class)
public record LanguageRecipe(
        TrainConfig training,
        Path model,
        boolean fresh,
        @Nullable OwnData own,
        int dialogues,
        double echoes,
        int heldOut,
        int tokensPerBatch,
        int maxTokens,
        Targets targets)
        implements TrainingRecipe {

    private static final String LLM = "llm";
    private static final String HELD_OUT = "held_out";

    @Override
    public TrainingJob open(TensorEngine engine) {
        Path llm = model.resolve(LLM);
        AgentConfig agent = AgentConfig.read(model);
        LlamaConfig config = LlamaConfigFile.read(llm.resolve("config.json"));
        DialogueSource train;
        Map<String, DialogueSet> measured;
        try (LlmTokenizer tokenizer = LlmTokenizer.load(llm)) {
            if (tokenizer.vocabularySize() > config.vocabSize()) {
                throw new IllegalArgumentException(llm + ": the tokenizer has " + tokenizer.vocabularySize()
                        + " tokens, config.json's vocab_size is " + config.vocabSize() + "; make it at least as large");
            }
            PromptEncoder prompts = new PromptEncoder(agent.prompt(), agent.markers(), tokenizer);
            if (own == null) {
                train = write(Split.TRAIN, prompts);
                measured = Map.of(HELD_OUT, write(Split.HELD_OUT, prompts));
            } else {
                OwnDialogues read = OwnDialogues.read(own, training.seed());
                DialogueSource learned = tokenized(read.train(), prompts);
                train = own.worldShare() == 0
                        ? learned
                        : DialogueSource.mix(
                                List.of(learned, write(Split.TRAIN, prompts)),
                                List.of(1 - own.worldShare(), own.worldShare()));
                List<RecordedDialogue> some = read.heldOut()
                        .subList(0, Math.min(heldOut, read.heldOut().size()));
                measured = some.isEmpty() ? Map.of() : Map.of(HELD_OUT, tokenized(some, prompts));
            }
        }
        TrainableLlama llama = fresh
                ? TrainableLlama.fresh(engine, config, new SplittableRandom(training.seed()))
                : TrainableLlama.load(engine, llm);
        TrainingTask task =
                new LanguageTask(llama.model(), llama.parameters(), train, measured, targets, tokensPerBatch);
        return new TrainingJob() {
            @Override
            public TrainingTask task() {
                return task;
            }

            @Override
            public void export(Map<String, Tensor> weights, Path folder) {
                new TrainableLlama(llama.model(), weights).save(folder.resolve(LLM), DType.FLOAT16, llm);
            }

            @Override
            public void close() {
                llama.close();
            }
        };
    }

    private DialogueSet tokenized(List<RecordedDialogue> read, PromptEncoder prompts) {
        return DialogueSet.of(
                read.stream().map(each -> prompts.encode(each.toDialogue())).toList(), maxTokens, targets);
    }

    private DialogueSet write(Split split, PromptEncoder prompts) {
        boolean learned = split == Split.TRAIN;
        DialogueWriter writer = learned ? new DialogueWriter(split, echoes) : new DialogueWriter(split);
        int count = learned ? dialogues : heldOut;
        List<TokenizedDialogue> written = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            written.add(prompts.encode(
                    writer.next(IndexedRandom.of(training.seed(), i)).toDialogue()));
        }
        return DialogueSet.of(written, maxTokens, targets);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link LanguageRecipe}; {@code model} is needed, the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private TrainConfig training = TrainConfig.builder().build();
        private @Nullable Path model;
        private boolean fresh = true;
        private @Nullable OwnData own;
        private int dialogues = 50_000;
        private double echoes = 0.2;
        private int heldOut = 500;
        private int tokensPerBatch = 2048;
        private int maxTokens = 320;
        private Targets targets = Targets.AGENT;

        private Builder() {}

        public Builder training(TrainConfig value) {
            training = value;
            return this;
        }

        public Builder model(Path value) {
            model = value;
            return this;
        }

        public Builder fresh(boolean value) {
            fresh = value;
            return this;
        }

        public Builder own(@Nullable OwnData value) {
            own = value;
            return this;
        }

        public Builder dialogues(int value) {
            dialogues = value;
            return this;
        }

        public Builder echoes(double value) {
            echoes = value;
            return this;
        }

        public Builder heldOut(int value) {
            heldOut = value;
            return this;
        }

        public Builder tokensPerBatch(int value) {
            tokensPerBatch = value;
            return this;
        }

        public Builder maxTokens(int value) {
            maxTokens = value;
            return this;
        }

        public Builder targets(Targets value) {
            targets = value;
            return this;
        }

        public LanguageRecipe build() {
            return new LanguageRecipe(
                    training,
                    Objects.requireNonNull(model, "a language model needs 'model', the path of its model folder"),
                    fresh,
                    own,
                    dialogues,
                    echoes,
                    heldOut,
                    tokensPerBatch,
                    maxTokens,
                    targets);
        }
    }
}

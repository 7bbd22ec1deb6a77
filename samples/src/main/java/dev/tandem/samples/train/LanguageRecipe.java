package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.core.data.RecordedDialogue;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.prompt.TokenizedDialogue;
import dev.tandem.llm.token.LlmTokenizer;
import dev.tandem.llm.train.DialogueSet;
import dev.tandem.llm.train.DialogueSource;
import dev.tandem.llm.train.LanguageModelTraining;
import dev.tandem.llm.train.LanguageTask;
import dev.tandem.llm.train.Targets;
import dev.tandem.samples.world.DialogueWriter;
import dev.tandem.samples.world.ScenePainter;
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
 * @param vision a folder with a picture's encoder, for a language model that gets eyes in this run; null for one that has eyes already, or gets none
 * @param language what of the language model is trained besides what it looks by; {@code lora} is for joint runs
 * @param perceptron what is trained of that by which it looks at pictures, if it does
 * @param compact whether most of what it looks by is written in 8 bits
 * @param own dialogues in files to learn from; null for those of the world alone
 * @param dialogues how many of the world's training dialogues are written
 * @param echoes share of the training dialogues in which the agent only repeats words: 0.75 for some hundred steps makes a small model copy
 * @param sights share of the training dialogues in which the user sends photos and asks about them; the held-out ones are all so where it is above 0
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
        @Nullable Path vision,
        LanguagePart language,
        PerceptronPart perceptron,
        boolean compact,
        @Nullable OwnData own,
        int dialogues,
        double echoes,
        double sights,
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
        TrainedLanguage trained = TrainedLanguage.open(this, engine, llm);
        try {
            return open(engine, llm, agent, trained);
        } catch (RuntimeException | Error e) {
            trained.close();
            throw e;
        }
    }

    private TrainingJob open(TensorEngine engine, Path llm, AgentConfig agent, TrainedLanguage trained) {
        DialogueSource train;
        Map<String, DialogueSet> measured;
        try (LlmTokenizer tokenizer = LlmTokenizer.load(llm)) {
            if (tokenizer.vocabularySize() > trained.rows()) {
                throw new IllegalArgumentException(llm + ": the tokenizer has " + tokenizer.vocabularySize()
                        + " tokens, the model of config.json " + trained.rows() + "; make vocab_size larger");
            }
            PromptEncoder prompts = new PromptEncoder(agent.prompt(), agent.markers(), tokenizer, trained.imageId());
            if (own == null) {
                train = write(Split.TRAIN, prompts, trained);
                measured = Map.of(HELD_OUT, write(Split.HELD_OUT, prompts, trained));
            } else {
                OwnDialogues read = OwnDialogues.read(own, training.seed());
                DialogueSource learned = tokenized(read.train(), prompts);
                train = own.worldShare() == 0
                        ? learned
                        : DialogueSource.mix(
                                List.of(learned, write(Split.TRAIN, prompts, trained)),
                                List.of(1 - own.worldShare(), own.worldShare()));
                List<RecordedDialogue> some = read.heldOut()
                        .subList(0, Math.min(heldOut, read.heldOut().size()));
                measured = some.isEmpty() ? Map.of() : Map.of(HELD_OUT, tokenized(some, prompts));
            }
        }
        LanguageModelTraining learning = trained.training();
        TrainingTask task = new LanguageTask(engine, learning, train, measured, targets, tokensPerBatch);
        return new TrainingJob() {
            @Override
            public TrainingTask task() {
                return task;
            }

            @Override
            public void export(Map<String, Tensor> weights, Path folder) {
                trained.export(weights, folder.resolve(LLM));
            }

            @Override
            public void close() {
                trained.close();
            }
        };
    }

    private DialogueSet tokenized(List<RecordedDialogue> read, PromptEncoder prompts) {
        return DialogueSet.of(
                read.stream()
                        .map(each -> OwnDialogues.encode(each, prompts, own != null && own.look()))
                        .toList(),
                maxTokens,
                targets);
    }

    private DialogueSet write(Split split, PromptEncoder prompts, TrainedLanguage trained) {
        boolean learned = split == Split.TRAIN;
        DialogueWriter writer = learned
                ? new DialogueWriter(split, echoes, sights)
                : sights > 0 ? new DialogueWriter(split, 0, 1) : new DialogueWriter(split);
        SentScenes sent = new SentScenes(
                learned ? ScenePainter.varied() : new ScenePainter(),
                trained.pictureSize(),
                perceptron == PerceptronPart.OFF);
        int count = learned ? dialogues : heldOut;
        List<TokenizedDialogue> written = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            SplittableRandom random = IndexedRandom.of(training.seed(), i);
            written.add(sent.encode(writer.next(random), prompts, random));
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
        private @Nullable Path vision;
        private LanguagePart language = LanguagePart.FULL;
        private PerceptronPart perceptron = PerceptronPart.FULL;
        private boolean compact;
        private @Nullable OwnData own;
        private double sights;
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

        public Builder vision(@Nullable Path value) {
            vision = value;
            return this;
        }

        public Builder language(LanguagePart value) {
            language = value;
            return this;
        }

        public Builder perceptron(PerceptronPart value) {
            perceptron = value;
            return this;
        }

        public Builder compact(boolean value) {
            compact = value;
            return this;
        }

        public Builder sights(double value) {
            sights = value;
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
                    vision,
                    language,
                    perceptron,
                    compact,
                    own,
                    dialogues,
                    echoes,
                    sights,
                    heldOut,
                    tokensPerBatch,
                    maxTokens,
                    targets);
        }
    }
}

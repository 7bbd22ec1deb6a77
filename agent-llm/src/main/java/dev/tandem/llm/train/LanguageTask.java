package dev.tandem.llm.train;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.DialogueBatch;
import dev.tandem.core.train.LanguageTraining;
import dev.tandem.core.train.Losses;
import dev.tandem.core.train.ParameterGroup;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.prompt.TokenizedDialogue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Trains a language model alone, on dialogues. Measures the mean loss of a held-out token, and perplexity. */
public final class LanguageTask implements TrainingTask {

    private final TensorEngine engine;
    private final LanguageModelTraining training;
    private final DialogueSource source;
    private final Map<String, DialogueSet> heldOut;
    private final Targets targets;
    private final int tokensPerBatch;

    /**
     * A task.
     *
     * @param parameters the model's tensors by checkpoint key
     * @param source what is learned
     * @param heldOut name to dialogues that are not learned and measured apart; may be empty
     * @param targets whose tokens count
     * @param tokensPerBatch about how many tokens a batch has, padding included
     */
    public LanguageTask(
            CausalLm model,
            Map<String, Tensor> parameters,
            DialogueSource source,
            Map<String, DialogueSet> heldOut,
            Targets targets,
            int tokensPerBatch) {
        this(model.engine(), new LanguageModelTraining(model, parameters), source, heldOut, targets, tokensPerBatch);
    }

    /**
     * A task.
     *
     * @param training the model, with what is trained of it
     * @param source what is learned
     * @param heldOut name to dialogues that are not learned and measured apart; may be empty
     * @param targets whose tokens count
     * @param tokensPerBatch about how many tokens a batch has, padding included
     */
    public LanguageTask(
            TensorEngine engine,
            LanguageModelTraining training,
            DialogueSource source,
            Map<String, DialogueSet> heldOut,
            Targets targets,
            int tokensPerBatch) {
        this.engine = engine;
        this.training = training;
        this.source = source;
        this.heldOut = new LinkedHashMap<>(heldOut);
        this.targets = targets;
        this.tokensPerBatch = tokensPerBatch;
    }

    @Override
    public String name() {
        return "language";
    }

    @Override
    public List<ParameterGroup> groups() {
        return ParameterGroup.decayingMatrices("llm", training.parameters(), 1);
    }

    @Override
    public Losses step(long step, RandomGenerator random) {
        List<TokenizedDialogue> dialogues = source.draw(tokensPerBatch, random);
        LanguageTraining.LanguageStep text = training.forward(DialoguePacker.pack(engine, dialogues, targets, random));
        int tokens = dialogues.stream().mapToInt(TokenizedDialogue::length).sum();
        return Losses.of(text.loss(), dialogues.size())
                .withBackward((tape, scale) -> text.backward(tape, scale, null))
                .counting(tokens, 0)
                .with("loss_t", text.loss())
                .with("tokens", tokens);
    }

    @Override
    public Map<String, Double> evaluate(RandomGenerator random) {
        Map<String, Double> measured = new LinkedHashMap<>();
        heldOut.forEach((name, set) -> {
            double loss = meanLoss(set, random);
            measured.put(name + "_loss", loss);
            measured.put(name + "_perplexity", Math.exp(loss));
        });
        return measured;
    }

    private double meanLoss(DialogueSet set, RandomGenerator random) {
        double sum = 0;
        long count = 0;
        for (List<TokenizedDialogue> dialogues : set.batches(2 * tokensPerBatch)) {
            try (Scope scope = engine.scope()) {
                DialogueBatch batch = DialoguePacker.pack(engine, dialogues, targets, random);
                long tokens =
                        java.util.Arrays.stream(batch.lossMask().toLongArray()).sum();
                sum += training.forward(batch).loss().item() * tokens;
                count += tokens;
            }
        }
        return sum / count;
    }
}

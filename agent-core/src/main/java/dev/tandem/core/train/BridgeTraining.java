package dev.tandem.core.train;

import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The bridge's part of a joint step: from caption logits to the text encoder's input, with gradients; equations 2 to 5. */
public interface BridgeTraining {

    /**
     * Relaxes, spells, tokenizes again and transforms the captions of a batch.
     *
     * <p>Nothing of the logits' size is recorded on the tape: the gradient that reaches them is asked for afterwards ({@link BridgedCaptions#gradient}).
     *
     * @param captionLogits [sum of n, V_L]
     * @param targets the n true tokens of each of the P captions, which the logits were made to predict
     * @param step number of the training step, for the temperature
     * @param random draws the Gumbel noise
     */
    BridgedCaptions forward(LogitRows captionLogits, List<List<Integer>> targets, long step, RandomGenerator random);

    /**
     * What the text encoder reads: exactly the embeddings of {@code ids} in the forward direction; only gradients come through the
     * vocabulary transformation.
     *
     * @param ids int64 [P, S], padded
     * @param inputsEmbeds [P, S, d], token embeddings before positions are added
     * @param llmIds int64 [sum of n], the tokens that were spelled: what the relaxed argmax chose
     * @param texts the captions that these spell, P of them
     * @param metrics for the log, such as {@code tau} and {@code usable_rows}
     * @param gradientOfLogits what comes back to them, after a backward pass from something made of {@code inputsEmbeds}; null where nothing does
     * @param alternatives captions that could have been said instead, whose losses give the gradient of the logits; null where they are not
     *     asked for
     */
    record BridgedCaptions(
            Tensor ids,
            Tensor inputsEmbeds,
            Tensor llmIds,
            List<String> texts,
            Map<String, Double> metrics,
            @Nullable Supplier<LogitGradient> gradientOfLogits,
            @Nullable Alternatives alternatives) {

        public BridgedCaptions {
            texts = List.copyOf(texts);
            metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        }

        /** Whether a gradient comes back to the logits. */
        public boolean reachesLogits() {
            return gradientOfLogits != null;
        }

        /** The gradient of the logits, after a backward pass; null where none comes through. */
        public @Nullable LogitGradient gradient() {
            return gradientOfLogits == null ? null : gradientOfLogits.get();
        }
    }

    /**
     * Captions that could have been said.
     *
     * @param ids int64 [A, S], padded
     * @param inputsEmbeds [A, S, d]
     * @param captions for each, which of the P captions it stands for
     * @param gradient of the logits, from the A losses; linear in them
     */
    record Alternatives(
            Tensor ids, Tensor inputsEmbeds, List<Integer> captions, Function<float[], LogitGradient> gradient) {

        public Alternatives {
            captions = List.copyOf(captions);
        }
    }
}

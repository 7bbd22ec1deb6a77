package dev.tandem.bridge.train;

import dev.tandem.bridge.condition.AlignedCaption;
import dev.tandem.bridge.condition.BridgedConditioning;
import dev.tandem.bridge.condition.Candidates;
import dev.tandem.bridge.condition.CaptionAligner;
import dev.tandem.bridge.condition.CaptionBridge;
import dev.tandem.bridge.condition.PlainConditioning;
import dev.tandem.bridge.relax.GumbelSoftmax;
import dev.tandem.bridge.vocab.LexicalAlignment;
import dev.tandem.bridge.vocab.LexicalMap;
import dev.tandem.bridge.vocab.NoAlignment;
import dev.tandem.bridge.vocab.SentenceAlignment;
import dev.tandem.bridge.vocab.WordAlignment;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.BridgeTraining;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The bridge's part of a joint step: draws the noise, follows the temperature, and says how well gradients get through.
 *
 * <p>Metrics: {@code tau}; {@code usable_rows}, the share of caption positions whose gradient is neither next to nothing nor above the
 * limit; {@code caption_right}, the share of caption tokens where the choice is the true one; {@code caption_cache}, the share of captions whose transform was in the cache, over the whole run. With {@code candidates} there is no temperature, so neither of the first two.
 */
public final class BridgeTrainer implements BridgeTraining {

    private final BridgeConfig config;
    private final CaptionAligner aligner;
    private final CaptionBridge bridge;
    private final Candidates candidates;

    /**
     * A bridge between two vocabularies. With {@code lexical} it makes a table [V_L, d] that belongs to the scope that is current now.
     *
     * @param embeddings E [V_S, d], the text encoder's frozen token embeddings; they outlive the bridge
     */
    public BridgeTrainer(BridgeConfig config, CaptionDecoder decoder, CaptionTokenizer tokenizer, Tensor embeddings) {
        this.config = config;
        this.candidates = new Candidates(decoder, config.candidates());
        GumbelSoftmax relax =
                config.gradientLimit() == 0 ? GumbelSoftmax.unlimited() : new GumbelSoftmax(config.gradientLimit());
        boolean mapped = config.matrix() == BridgeConfig.Matrix.LEXICAL
                && config.estimator() == BridgeConfig.Estimator.STRAIGHT_THROUGH;
        if (mapped) {
            LexicalMap map = LexicalMap.of(decoder, tokenizer);
            aligner = new CaptionAligner(decoder, tokenizer, new LexicalAlignment(map));
            bridge = CaptionBridge.lexical(aligner, map, embeddings, relax);
        } else {
            aligner = new CaptionAligner(
                    decoder,
                    tokenizer,
                    switch (config.matrix()) {
                        case SENTENCE -> new SentenceAlignment(config.pool());
                        case WORD -> new WordAlignment();
                        case NONE, LEXICAL -> new NoAlignment();
                    });
            bridge = CaptionBridge.sparse(aligner, embeddings, relax);
        }
    }

    @Override
    public BridgedCaptions forward(
            LogitRows captionLogits, List<List<Integer>> targets, long step, RandomGenerator random) {
        if (config.matrix() == BridgeConfig.Matrix.NONE) {
            return pipeline(captionLogits, targets);
        }
        return config.estimator() == BridgeConfig.Estimator.CANDIDATES
                ? tried(captionLogits, targets, random)
                : relaxed(captionLogits, targets, step, random);
    }

    /** As in a pipeline whose stages are trained apart: the true captions, and no gradient. */
    private BridgedCaptions pipeline(LogitRows captionLogits, List<List<Integer>> targets) {
        PlainConditioning plain = bridge.plain(targets);
        long[] ids = ids(targets);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("caption_right", right(captionLogits.argmax().toLongArray(), ids));
        metrics.put("caption_cache", aligner.stats().hitRate());
        return new BridgedCaptions(
                plain.ids(),
                plain.inputsEmbeds(),
                captionLogits.engine().tensor(ids, ids.length),
                texts(plain.captions()),
                metrics,
                null,
                null);
    }

    /** What the language model says, and what it could say instead. */
    private BridgedCaptions tried(LogitRows captionLogits, List<List<Integer>> targets, RandomGenerator random) {
        TensorEngine engine = captionLogits.engine();
        long rows = captionLogits.count();
        long vocabulary = captionLogits.vocabulary();
        Tensor ids = config.noise()
                ? captionLogits
                        .values()
                        .add(GumbelSoftmax.noise(engine, random, rows, vocabulary))
                        .argmax(-1)
                : captionLogits.argmax();
        List<Integer> lengths = targets.stream().map(List::size).toList();
        List<Integer> chosen =
                Arrays.stream(ids.toLongArray()).mapToObj(Math::toIntExact).toList();
        PlainConditioning said = bridge.plain(split(chosen, lengths));
        Candidates.Drawn drawn = candidates.draw(captionLogits, lengths, chosen, random);
        PlainConditioning others = bridge.plain(drawn.captions());
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("caption_right", right(ids.toLongArray(), ids(targets)));
        metrics.put("caption_cache", aligner.stats().hitRate());
        return new BridgedCaptions(
                said.ids(),
                said.inputsEmbeds(),
                ids,
                texts(said.captions()),
                metrics,
                null,
                new Alternatives(
                        others.ids(),
                        others.inputsEmbeds(),
                        drawn.owners(),
                        losses -> drawn.gradient(engine, rows, vocabulary, losses)));
    }

    private static List<List<Integer>> split(List<Integer> chosen, List<Integer> lengths) {
        List<List<Integer>> captions = new ArrayList<>();
        int first = 0;
        for (int length : lengths) {
            captions.add(chosen.subList(first, first + length));
            first += length;
        }
        return captions;
    }

    private BridgedCaptions relaxed(
            LogitRows captionLogits, List<List<Integer>> targets, long step, RandomGenerator random) {
        double tau = config.temperature().at(step);
        Tensor gumbel = config.noise()
                ? GumbelSoftmax.noise(captionLogits.engine(), random, captionLogits.count(), captionLogits.vocabulary())
                : null;
        List<Integer> lengths = targets.stream().map(List::size).toList();
        BridgedConditioning result = bridge.condition(captionLogits, lengths, gumbel, tau);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("tau", result.relaxed().tau());
        metrics.put("usable_rows", result.relaxed().usableRows());
        metrics.put("caption_right", right(result.relaxed().ids().toLongArray(), ids(targets)));
        metrics.put("caption_cache", aligner.stats().hitRate());
        return new BridgedCaptions(
                result.ids(),
                result.inputsEmbeds(),
                result.relaxed().ids(),
                texts(result.captions()),
                metrics,
                result.gradient(),
                null);
    }

    private static List<String> texts(List<AlignedCaption> captions) {
        return captions.stream().map(c -> c.pair().llm().text()).toList();
    }

    private static long[] ids(List<List<Integer>> targets) {
        return targets.stream()
                .flatMap(List::stream)
                .mapToLong(Integer::longValue)
                .toArray();
    }

    private static double right(long[] chosen, long[] targets) {
        int right = 0;
        for (int i = 0; i < targets.length; i++) {
            right += chosen[i] == targets[i] ? 1 : 0;
        }
        return targets.length == 0 ? 1 : (double) right / targets.length;
    }
}

package dev.tandem.bridge.condition;

import dev.tandem.bridge.relax.GumbelSoftmax;
import dev.tandem.bridge.relax.Relaxed;
import dev.tandem.bridge.vocab.LexicalMap;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The differentiable way from caption logits to the text encoder's input (equations 2 to 5).
 *
 * <pre>
 * y, ids = relax(logits)                           [N, V_L], [N]
 * s      = tokenize(spell(ids))                    m diffusion tokens, padded to S
 * Q[k]   = Σ_j P[k, j] E[j]                        over the few columns j that the caption touches
 * embeds = E[s] + (Q - sg[Q])                      [P, S, d]
 * </pre>
 *
 * In the forward direction this is exactly the embedding of s (the straight-through estimator of Bengio et al. 2013, where sg stops gradients),
 * so the tape begins there, and what comes back is taken through Q's derivative afterwards. Neither Q, nor P [m, V_S], nor M, nor a one-hot
 * row of either vocabulary is built. E is frozen.
 *
 * <p>Every run of tokens is a caption. One that is longer than S is cut, its last token the end token; what is cut off gets no gradient
 * but with {@code sentence}, where it counts among the caption's tokens. One that is empty or has special tokens only, such as markers,
 * reads as the empty caption and gets no gradient. Bytes that are no valid UTF-8 read as U+FFFD; the lexical map has no row for them.
 * Markers in letters are letters.
 */
public final class CaptionBridge {

    private final CaptionAligner aligner;
    private final Tensor embeddings;
    private final GumbelSoftmax relax;
    private final SoftRows soft;

    private CaptionBridge(CaptionAligner aligner, Tensor embeddings, GumbelSoftmax relax, SoftRows soft) {
        this.aligner = aligner;
        this.embeddings = embeddings;
        this.relax = relax;
        this.soft = soft;
    }

    /**
     * A bridge for the kinds {@code sentence}, {@code word} and {@code none}.
     *
     * @param embeddings E [V_S, d], the text encoder's token embeddings; they outlive the bridge
     */
    public static CaptionBridge sparse(CaptionAligner aligner, Tensor embeddings, GumbelSoftmax relax) {
        return new CaptionBridge(aligner, embeddings, relax, new SparseRows(embeddings));
    }

    /**
     * A bridge for the kind {@code lexical}. Its table M E [V_L, d] is summed here and belongs to the scope that is current now.
     *
     * @param map the static map that the aligner's {@code lexical} alignment was made with
     */
    public static CaptionBridge lexical(
            CaptionAligner aligner, LexicalMap map, Tensor embeddings, GumbelSoftmax relax) {
        if (map.rows().size() != aligner.vocabularySize()) {
            throw new IllegalArgumentException(
                    "the lexical map has " + map.rows().size() + " rows, the language model " + aligner.vocabularySize()
                            + " tokens; build it for this pair of tokenizers");
        }
        return new CaptionBridge(aligner, embeddings, relax, new MappedRows(embeddings, map));
    }

    /**
     * Conditions on a batch of captions.
     *
     * @param logits [N, V_L], the captions one after the other; what comes back to them is {@link BridgedConditioning#gradient}
     * @param lengths n of each caption; they add up to N
     * @param gumbel noise [N, V_L], or null for the plain softmax
     * @param tau temperature
     */
    public BridgedConditioning condition(LogitRows logits, List<Integer> lengths, @Nullable Tensor gumbel, double tau) {
        long sum = lengths.stream().mapToLong(Integer::longValue).sum();
        if (logits.count() != sum || lengths.isEmpty()) {
            throw new IllegalArgumentException("the captions have " + lengths + " tokens, their logits "
                    + logits.count() + " rows; there must be one for each token");
        }
        Relaxed relaxed = relax.apply(logits, gumbel, tau);
        List<AlignedCaption> captions = align(relaxed.ids().toLongArray(), lengths);
        Tensor ids = padded(captions);
        Tensor hard = embeddings.embedding(ids).detach();
        Function<Tensor, LogitGradient> back =
                soft.back(relaxed, captions, aligner.tokenizer().maxLength());
        return back == null
                ? new BridgedConditioning(ids, hard, relaxed, captions, null)
                : new BridgedConditioning(
                        ids, hard.requiresGrad(true), relaxed, captions, () -> back.apply(returned(hard)));
    }

    private static Tensor returned(Tensor embeds) {
        Tensor gradient = embeds.grad();
        return gradient == null ? embeds.engine().zeros(embeds.dtype(), embeds.shape()) : gradient;
    }

    /**
     * What {@link #condition} would give if the language model had chosen these tokens, without a gradient.
     *
     * @param captions tokens of each caption
     */
    public PlainConditioning plain(List<List<Integer>> captions) {
        List<AlignedCaption> aligned = captions.stream().map(aligner::align).toList();
        Tensor ids = padded(aligned);
        return new PlainConditioning(ids, embeddings.embedding(ids), aligned);
    }

    private List<AlignedCaption> align(long[] ids, List<Integer> lengths) {
        List<AlignedCaption> captions = new ArrayList<>(lengths.size());
        int first = 0;
        for (int length : lengths) {
            captions.add(aligner.align(Arrays.stream(ids, first, first + length)
                    .mapToObj(Math::toIntExact)
                    .toList()));
            first += length;
        }
        return captions;
    }

    private Tensor padded(List<AlignedCaption> captions) {
        CaptionTokenizer tokenizer = aligner.tokenizer();
        int length = tokenizer.maxLength();
        long[] ids = new long[captions.size() * length];
        Arrays.fill(ids, tokenizer.padId());
        for (int p = 0; p < captions.size(); p++) {
            List<Integer> own = captions.get(p).pair().diffusion().ids();
            if (own.size() > length) {
                throw new IllegalStateException(
                        "the diffusion tokenizer gave " + own.size() + " tokens, its text encoder takes " + length);
            }
            for (int k = 0; k < own.size(); k++) {
                ids[p * length + k] = own.get(k);
            }
        }
        return embeddings.engine().tensor(ids, captions.size(), length);
    }
}

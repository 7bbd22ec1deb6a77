package dev.tandem.llm.model;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import org.jspecify.annotations.Nullable;

/**
 * A decoder that predicts the next token: what generation needs to know of one. Owns its weights; close it when it is no longer needed.
 */
public interface CausalLm extends AutoCloseable {

    TensorEngine engine();

    /** V. */
    int vocabSize();

    /** Most tokens of a sequence. */
    int contextLength();

    /** An empty cache for this model, for at most {@code maxTokens} tokens. */
    KvCache newCache(int maxTokens);

    /**
     * Last hidden states of whole sequences, for training and scoring.
     *
     * @param ids int64 [B, T]
     * @param padding which tokens are real, or null for all
     * @return [B, T, D], after the last norm; without meaning at padding
     */
    Tensor hidden(Tensor ids, @Nullable PaddingMask padding);

    /**
     * Last hidden states of the next tokens of sequences whose past is in a cache, which takes them up.
     *
     * @param ids int64 [B, T]
     * @param padding of the first tokens of a cache: which are real, or null for all; later tokens are all real
     * @return [B, T, D], after the last norm
     * @throws IllegalArgumentException if the sequence becomes longer than the cache's bound
     */
    Tensor hidden(Tensor ids, @Nullable PaddingMask padding, KvCache cache);

    /** Hidden states [..., D] to logits [..., V]. */
    Tensor head(Tensor hidden);

    /**
     * Logits of every token. Where only some are needed, {@link #hidden} and {@link #head} save most of the head's work.
     *
     * @param ids int64 [B, T]
     * @param padding which tokens are real, or null for all
     * @return [B, T, V]; without meaning at padding
     */
    default Tensor logits(Tensor ids, @Nullable PaddingMask padding) {
        return head(hidden(ids, padding));
    }

    @Override
    void close();
}

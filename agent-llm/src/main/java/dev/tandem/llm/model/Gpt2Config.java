package dev.tandem.llm.model;

import dev.tandem.core.layer.Activation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sizes and switches of GPT-2, as in {@code config.json}.
 *
 * @param vocabSize V
 * @param positions most tokens of a sequence ({@code n_positions})
 * @param width D ({@code n_embd})
 * @param layers number of layers ({@code n_layer})
 * @param heads H ({@code n_head})
 * @param innerWidth of the feed-forward layer ({@code n_inner})
 * @param activation of the feed-forward layer
 * @param normEps added to the variance
 * @param tieWordEmbeddings whether the head is the embedding table
 * @param initializerRange standard deviation of fresh weights
 * @param bosTokenId begin of text, or null
 * @param eosTokenIds ends of text; may be empty
 */
public record Gpt2Config(
        int vocabSize,
        int positions,
        int width,
        int layers,
        int heads,
        int innerWidth,
        Activation activation,
        double normEps,
        boolean tieWordEmbeddings,
        double initializerRange,
        @Nullable Integer bosTokenId,
        List<Integer> eosTokenIds) {

    public Gpt2Config {
        eosTokenIds = List.copyOf(eosTokenIds);
        if (width % heads != 0) {
            throw new IllegalArgumentException("n_embd " + width + " does not divide into " + heads + " n_head");
        }
    }
}

package dev.tandem.bridge.vocab;

import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.SpelledCaption;
import java.util.List;

/**
 * One caption in both vocabularies.
 *
 * @param llm the n tokens that the language model chose, and what they spell
 * @param diffusion the m tokens of that text, with begin and end
 * @param llmPlain which of the n tokens are no special tokens
 * @param diffusionPlain which of the m tokens are no special tokens
 */
public record CaptionPair(
        SpelledCaption llm, SpelledCaption diffusion, List<Boolean> llmPlain, List<Boolean> diffusionPlain) {

    public CaptionPair {
        llmPlain = List.copyOf(llmPlain);
        diffusionPlain = List.copyOf(diffusionPlain);
        if (llmPlain.size() != llm.ids().size()
                || diffusionPlain.size() != diffusion.ids().size()) {
            throw new IllegalArgumentException("a caption pair says of each token whether it is special");
        }
    }

    /** Spells the language model's tokens and splits the text again. */
    public static CaptionPair of(List<Integer> ids, CaptionDecoder decoder, CaptionTokenizer tokenizer) {
        SpelledCaption llm = decoder.spell(ids);
        SpelledCaption diffusion = tokenizer.tokenize(llm.text());
        return new CaptionPair(
                llm,
                diffusion,
                llm.ids().stream().map(id -> !decoder.isSpecial(id)).toList(),
                diffusion.ids().stream().map(id -> !tokenizer.isSpecial(id)).toList());
    }

    /** The share of diffusion token k's characters that LLM token i covers; 0 for a token that spells nothing. */
    double overlap(int k, int i) {
        int length = diffusion.spans().get(k).length();
        return length == 0
                ? 0
                : (double) diffusion.spans().get(k).overlap(llm.spans().get(i)) / length;
    }
}

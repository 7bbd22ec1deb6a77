package dev.tandem.core.train;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Tokenized dialogues, padded to one length.
 *
 * @param inputIds int64 [B, T]
 * @param attentionMask int64 [B, T], 1 for a token, 0 for padding
 * @param lossMask int64 [B, T], 1 where the token is a target of L_t (it is predicted one position before)
 * @param captions the captions that are to be drawn, row by row and from left to right in each; a dialogue may have none
 * @param pictures for each dialogue those that the model sees, in the order of their places; no lists at all where it sees none
 */
public record DialogueBatch(
        Tensor inputIds,
        Tensor attentionMask,
        Tensor lossMask,
        List<CaptionSpan> captions,
        List<List<Picture>> pictures) {

    public DialogueBatch {
        captions = List.copyOf(captions);
        pictures = pictures.stream().map(List::copyOf).toList();
        if (!pictures.isEmpty() && pictures.size() != inputIds.size(0)) {
            throw new IllegalArgumentException(
                    "pictures of " + pictures.size() + " dialogues do not fit a batch of " + inputIds.size(0));
        }
    }

    /** Without pictures. */
    public DialogueBatch(Tensor inputIds, Tensor attentionMask, Tensor lossMask, List<CaptionSpan> captions) {
        this(inputIds, attentionMask, lossMask, captions, List.of());
    }

    /** The tokens of each caption, in the order of {@link #captions}. */
    public List<List<Integer>> captionTokens() {
        if (captions.isEmpty()) {
            return List.of();
        }
        long[] ids = inputIds.toLongArray();
        int columns = Math.toIntExact(inputIds.size(1));
        return captions.stream()
                .map(c -> Arrays.stream(ids, c.row() * columns + c.start(), c.row() * columns + c.end())
                        .mapToObj(Math::toIntExact)
                        .toList())
                .toList();
    }

    /** Number of tokens, without padding. */
    public long tokens() {
        return Arrays.stream(attentionMask.toLongArray()).sum();
    }

    /** Number of dialogues, B. */
    public int size() {
        return Math.toIntExact(inputIds.size(0));
    }
}

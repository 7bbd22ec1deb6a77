package dev.tandem.llm.train;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.CaptionSpan;
import dev.tandem.core.train.DialogueBatch;
import dev.tandem.llm.prompt.TokenizedDialogue;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Makes one batch of several dialogues, padded on the right, so that the causal mask alone hides the padding. */
public final class DialoguePacker {

    private DialoguePacker() {}

    /** Packs dialogues whose pictures are always the same, or that have none. */
    public static DialogueBatch pack(TensorEngine engine, List<TokenizedDialogue> dialogues, Targets targets) {
        return pack(engine, dialogues, targets, new SplittableRandom(0));
    }

    /**
     * Packs dialogues of similar length; sorting them is the caller's affair.
     *
     * @param dialogues at least one
     * @param targets whose tokens and captions count
     * @param random composes pictures that were sent, where they are composed
     * @return [B, T] with T the length of the longest; captions row by row and from left to right
     */
    public static DialogueBatch pack(
            TensorEngine engine, List<TokenizedDialogue> dialogues, Targets targets, RandomGenerator random) {
        int rows = dialogues.size();
        int columns =
                dialogues.stream().mapToInt(TokenizedDialogue::length).max().orElseThrow();
        long[] ids = new long[Math.multiplyExact(rows, columns)]; // padding holds id 0, which nothing sees
        long[] attention = new long[ids.length];
        long[] loss = new long[ids.length];
        List<CaptionSpan> captions = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            TokenizedDialogue dialogue = dialogues.get(row);
            for (int t = 0; t < dialogue.length(); t++) {
                int at = row * columns + t;
                ids[at] = dialogue.id(t);
                attention[at] = 1;
                loss[at] = t > 0 && targets.includes(dialogue, t) ? 1 : 0;
            }
            for (TokenizedDialogue.Caption caption : dialogue.captions()) {
                if (targets.includes(caption.speaker())) {
                    captions.add(new CaptionSpan(row, caption.start(), caption.end()));
                }
            }
        }
        List<List<Picture>> pictures =
                dialogues.stream().map(each -> each.pictures(random)).toList();
        return new DialogueBatch(
                engine.tensor(ids, rows, columns),
                engine.tensor(attention, rows, columns),
                engine.tensor(loss, rows, columns),
                captions,
                pictures.stream().allMatch(List::isEmpty) ? List.of() : pictures);
    }
}

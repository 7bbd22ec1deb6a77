package dev.tandem.samples.train;

import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.DialogueBatch;
import dev.tandem.core.train.JointBatch;
import dev.tandem.core.train.JointData;
import dev.tandem.diffusion.train.JointImageTraining;
import dev.tandem.llm.prompt.TokenizedDialogue;
import dev.tandem.llm.train.DialoguePacker;
import dev.tandem.llm.train.LanguageModelTraining;
import dev.tandem.samples.train.IllustratedDialogues.Illustrated;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Joint batches of illustrated dialogues, drawn from bins of similar length.
 *
 * <p>Held out it measures {@code loss_t}, and {@code loss_v} of pictures under their true captions.
 *
 * @param <P> what a photo is given by
 */
final class JointBatches<P> implements JointData {

    private final JointDataConfig config;
    private final IllustratedDialogues<P> train;
    private final IllustratedDialogues<P> heldOut;
    private final PhotoLatents<P> photos;
    private final Measured measured;

    /**
     * Latents of photos.
     *
     * @param <P> what a photo is given by
     */
    @FunctionalInterface
    interface PhotoLatents<P> {

        /**
         * Encodes.
         *
         * @param photos P of them, at least one
         * @return [P, C, h, w], as the denoiser sees them
         */
        Tensor of(List<P> photos, RandomGenerator random);
    }

    /**
     * What is measured with.
     *
     * @param engine of the tensors
     * @param language the language model
     * @param image the denoiser
     * @param decoder spells captions
     * @param tokenizer splits them for the text encoder
     * @param embeddings the text encoder's table [V_S, d]
     */
    record Measured(
            TensorEngine engine,
            LanguageModelTraining language,
            JointImageTraining image,
            CaptionDecoder decoder,
            CaptionTokenizer tokenizer,
            Tensor embeddings) {}

    JointBatches(
            JointDataConfig config,
            IllustratedDialogues<P> train,
            IllustratedDialogues<P> heldOut,
            PhotoLatents<P> photos,
            Measured measured) {
        this.config = config;
        this.train = train;
        this.heldOut = heldOut;
        this.photos = photos;
        this.measured = measured;
    }

    @Override
    public JointBatch batch(long step, RandomGenerator random) {
        return batch(train.draw(config.batch(), random), random);
    }

    private JointBatch batch(List<Illustrated<P>> drawn, RandomGenerator random) {
        DialogueBatch dialogues = DialoguePacker.pack(
                measured.engine(), drawn.stream().map(Illustrated::tokens).toList(), config.targets(), random);
        List<P> shown = new ArrayList<>();
        for (Illustrated<P> each : drawn) {
            List<TokenizedDialogue.Caption> captions = each.tokens().captions();
            for (int i = 0; i < captions.size(); i++) {
                if (config.targets().includes(captions.get(i).speaker())) {
                    shown.add(each.photos().get(i));
                }
            }
        }
        return new JointBatch(dialogues, shown.isEmpty() ? null : photos.of(shown, random));
    }

    /** Different captions to draw while training, as they were written: of held-out dialogues, or of all where none are held out. */
    List<String> captions(int count) {
        List<Illustrated<P>> from = (heldOut.size() > 0 ? heldOut : train).sorted();
        Set<String> captions = new LinkedHashSet<>();
        for (Illustrated<P> each : from) {
            for (TokenizedDialogue.Caption caption : each.tokens().captions()) {
                if (config.targets().includes(caption.speaker()) && captions.size() < count) {
                    captions.add(spelled(Arrays.stream(each.tokens().ids(), caption.start(), caption.end())
                                    .boxed()
                                    .toList())
                            .strip());
                }
            }
        }
        return List.copyOf(captions);
    }

    private String spelled(List<Integer> tokens) {
        return measured.decoder().spell(tokens).text();
    }

    @Override
    public Map<String, Double> evaluate(RandomGenerator random) {
        double text = 0;
        double picture = 0;
        long batches = 0;
        long pictures = 0;
        List<Illustrated<P>> all = heldOut.sorted();
        for (int start = 0; start < all.size(); start += config.batch()) {
            try (Scope scope = measured.engine().scope()) {
                JointBatch batch = batch(all.subList(start, Math.min(all.size(), start + config.batch())), random);
                text += measured.language().forward(batch.dialogues()).loss().item();
                batches++;
                Tensor latents = batch.latents();
                if (latents != null) {
                    long count = latents.size(0);
                    picture += trueCaptionLoss(batch.dialogues(), latents, random) * count;
                    pictures += count;
                }
            }
        }
        Map<String, Double> result = new LinkedHashMap<>();
        if (batches > 0) {
            result.put("loss_t", text / batches);
        }
        if (pictures > 0) {
            result.put("loss_v", picture / pictures);
        }
        return result;
    }

    private double trueCaptionLoss(DialogueBatch dialogues, Tensor latents, RandomGenerator random) {
        List<List<Integer>> captions = dialogues.captionTokens();
        int length = measured.tokenizer().maxLength();
        long[] ids = new long[captions.size() * length];
        Arrays.fill(ids, measured.tokenizer().padId());
        for (int p = 0; p < captions.size(); p++) {
            List<Integer> split =
                    measured.tokenizer().tokenize(spelled(captions.get(p))).ids();
            for (int k = 0; k < split.size(); k++) {
                ids[p * length + k] = split.get(k);
            }
        }
        Tensor table = measured.engine().tensor(ids, captions.size(), length);
        return measured.image()
                .loss(latents, table, measured.embeddings().embedding(table), random)
                .item();
    }
}

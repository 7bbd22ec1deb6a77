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
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.prompt.TokenizedDialogue;
import dev.tandem.llm.train.DialoguePacker;
import dev.tandem.llm.train.LanguageModelTraining;
import dev.tandem.samples.train.IllustratedDialogues.Illustrated;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Joint batches from the world of composed scenes: dialogues are written once; each time that a photo comes up, its scene is painted
 * anew and encoded.
 *
 * <p>Held out it measures {@code loss_t}, and {@code loss_v} of pictures under their true captions.
 */
final class JointWorld implements JointData {

    private final TensorEngine engine;
    private final JointDataConfig config;
    private final AutoencoderKL autoencoder;
    private final Measured measured;
    private final IllustratedDialogues train;
    private final IllustratedDialogues heldOut;
    private final ScenePainter painter = new ScenePainter();

    /**
     * What is measured with.
     *
     * @param language the language model
     * @param image the denoiser
     * @param decoder spells captions
     * @param tokenizer splits them for the text encoder
     * @param embeddings the text encoder's table [V_S, d]
     */
    record Measured(
            LanguageModelTraining language,
            JointImageTraining image,
            CaptionDecoder decoder,
            CaptionTokenizer tokenizer,
            Tensor embeddings) {}

    JointWorld(
            TensorEngine engine,
            JointDataConfig config,
            AutoencoderKL autoencoder,
            PromptEncoder prompts,
            Measured measured) {
        this.engine = engine;
        this.config = config;
        this.autoencoder = autoencoder;
        this.measured = measured;
        this.train =
                IllustratedDialogues.write(Split.TRAIN, config.dialogues(), config.maxTokens(), config.seed(), prompts);
        this.heldOut = IllustratedDialogues.write(
                Split.HELD_OUT, config.heldOut(), config.maxTokens(), config.seed(), prompts);
    }

    @Override
    public JointBatch batch(long step, RandomGenerator random) {
        return batch(train.draw(config.batch(), random), random);
    }

    private JointBatch batch(List<Illustrated> drawn, RandomGenerator random) {
        DialogueBatch dialogues = DialoguePacker.pack(
                engine, drawn.stream().map(Illustrated::tokens).toList(), config.targets());
        List<Scene> scenes = new ArrayList<>();
        for (Illustrated each : drawn) {
            List<TokenizedDialogue.Caption> captions = each.tokens().captions();
            for (int i = 0; i < captions.size(); i++) {
                if (config.targets().includes(captions.get(i).speaker())) {
                    scenes.add(each.scenes().get(i));
                }
            }
        }
        return new JointBatch(dialogues, scenes.isEmpty() ? null : latents(scenes, random));
    }

    private Tensor latents(List<Scene> scenes, RandomGenerator random) {
        int size = autoencoder.config().sampleSize();
        float[] pixels = new float[scenes.size() * 3 * size * size];
        for (int i = 0; i < scenes.size(); i++) {
            SceneBatch.copy(painter.paint(scenes.get(i), size, random), pixels, i * 3 * size * size);
        }
        Tensor pictures = engine.tensor(pixels, scenes.size(), 3, size, size);
        return autoencoder.toDiffusion(autoencoder.encode(pictures).mean());
    }

    @Override
    public Map<String, Double> evaluate(RandomGenerator random) {
        double text = 0;
        double picture = 0;
        long batches = 0;
        long pictures = 0;
        List<Illustrated> all = heldOut.sorted();
        for (int start = 0; start < all.size(); start += config.batch()) {
            try (Scope scope = engine.scope()) {
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
            String text = measured.decoder().spell(captions.get(p)).text();
            List<Integer> split = measured.tokenizer().tokenize(text).ids();
            for (int k = 0; k < split.size(); k++) {
                ids[p * length + k] = split.get(k);
            }
        }
        Tensor table = engine.tensor(ids, captions.size(), length);
        return measured.image()
                .loss(latents, table, measured.embeddings().embedding(table), random)
                .item();
    }
}

package dev.tandem.samples.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.Split;
import java.util.List;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * Joint batches from the world of composed scenes: dialogues are written once; each time that a photo comes up, its scene is painted
 * anew and encoded.
 */
final class JointWorld implements JointBatches.PhotoLatents<Scene> {

    private final TensorEngine engine;
    private final AutoencoderKL autoencoder;
    private final ScenePainter painter = new ScenePainter();

    private JointWorld(TensorEngine engine, AutoencoderKL autoencoder) {
        this.engine = engine;
        this.autoencoder = autoencoder;
    }

    /**
     * Writes the dialogues.
     *
     * @param side of the photos that the user sends, in pixels; empty for a language model that sees none
     * @param told whether captions stand for these photos
     */
    static JointBatches<Scene> open(
            JointDataConfig config,
            AutoencoderKL autoencoder,
            PromptEncoder prompts,
            JointBatches.Measured measured,
            OptionalInt side,
            boolean told) {
        if (config.sights() > 0 && side.isEmpty() && !told) {
            throw new IllegalArgumentException(
                    "'sights' asks for dialogues in which photos are sent, but the language"
                            + " model sees none; give it eyes, set 'perceptron' to off, so that captions stand for the photos, or leave 'sights' out");
        }
        SentScenes sent = new SentScenes(ScenePainter.varied(), side.orElse(1), told);
        return new JointBatches<>(
                config,
                IllustratedDialogues.write(
                        Split.TRAIN,
                        config.dialogues(),
                        config.maxTokens(),
                        config.seed(),
                        prompts,
                        new IllustratedDialogues.Written(config.captionNoise(), config.sights(), sent)),
                IllustratedDialogues.write(
                        Split.HELD_OUT,
                        config.heldOut(),
                        config.maxTokens(),
                        config.seed(),
                        prompts,
                        new IllustratedDialogues.Written(null, config.sights(), sent)),
                new JointWorld(measured.engine(), autoencoder),
                measured);
    }

    @Override
    public Tensor of(List<Scene> scenes, RandomGenerator random) {
        int size = autoencoder.config().sampleSize();
        float[] pixels = new float[scenes.size() * 3 * size * size];
        for (int i = 0; i < scenes.size(); i++) {
            SceneBatch.copy(painter.paint(scenes.get(i), size, random), pixels, i * 3 * size * size);
        }
        Tensor pictures = engine.tensor(pixels, scenes.size(), 3, size, size);
        return autoencoder.toDiffusion(autoencoder.encode(pictures).mean());
    }
}

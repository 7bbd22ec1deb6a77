package dev.tandem.core.train;

import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Joint training of a language model and a diffusion model (Guo et al., "An End-to-End Model for Photo-Sharing Multi-Modal Dialogue
 * Generation", section III-E): {@code L = L_t + alpha L_v} (equation 6). L_v reaches the language model through the bridge.
 *
 * <p>Dialogues without a photo contribute L_t only; in a batch without any, the diffusion model is left alone. Parameters are keyed
 * {@code llm.KEY} and {@code image.KEY}.
 */
public final class JointTask implements TrainingTask {

    /** Prefix of the language model's parameters. */
    public static final String LLM = "llm.";

    /** Prefix of the diffusion model's parameters. */
    public static final String IMAGE = "image.";

    private final LanguageTraining language;
    private final BridgeTraining bridge;
    private final ImageTraining image;
    private final JointData data;
    private final double alpha;
    private final boolean averagesLanguage;
    private final List<ParameterGroup> groups;

    private JointTask(Builder builder) {
        language = Objects.requireNonNull(builder.language, "a joint task needs a language model");
        bridge = Objects.requireNonNull(builder.bridge, "a joint task needs a bridge");
        image = Objects.requireNonNull(builder.image, "a joint task needs a diffusion model");
        data = Objects.requireNonNull(builder.data, "a joint task needs data");
        alpha = builder.alpha;
        averagesLanguage = builder.averagesLanguage;
        if (!(alpha >= 0)) {
            throw new IllegalArgumentException(
                    "alpha weighs the picture's loss and must not be negative, got " + alpha);
        }
        groups = new ArrayList<>();
        addGroups(
                "llm",
                ParameterKeys.prefixed(LLM, language.parameters()),
                builder.languageRate,
                builder.decayEverything);
        addGroups(
                "image", ParameterKeys.prefixed(IMAGE, image.parameters()), builder.imageRate, builder.decayEverything);
    }

    private void addGroups(String name, Map<String, Tensor> parameters, double rate, boolean decayEverything) {
        if (decayEverything) {
            groups.add(new ParameterGroup(name, parameters, rate, 1));
        } else {
            groups.addAll(ParameterGroup.decayingMatrices(name, parameters, rate));
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return "joint";
    }

    @Override
    public List<ParameterGroup> groups() {
        return List.copyOf(groups);
    }

    @Override
    public boolean averages(String key) {
        return averagesLanguage || key.startsWith(IMAGE);
    }

    @Override
    public Losses step(long step, RandomGenerator random) {
        JointBatch batch = data.batch(step, random);
        LanguageTraining.LanguageStep text = language.forward(batch.dialogues());
        int size = batch.dialogues().size();
        if (batch.latents() == null || text.captionLogits() == null) {
            return Losses.of(text.loss(), size)
                    .counting(batch.dialogues().tokens(), 0)
                    .with("loss_t", text.loss())
                    .with("photos", 0)
                    .withBackward((tape, scale) -> learnText(text, tape, scale, () -> null));
        }
        List<List<Integer>> targets = batch.dialogues().captionTokens();
        BridgeTraining.BridgedCaptions captions = bridge.forward(text.captionLogits(), targets, step, random);
        Tensor picture = image.loss(batch.latents(), captions.ids(), captions.inputsEmbeds(), random);
        BridgeTraining.Alternatives alternatives = captions.alternatives();
        float[] measured = alternatives == null
                ? new float[0]
                : image.losses(
                        batch.latents(),
                        alternatives.ids(),
                        alternatives.inputsEmbeds(),
                        alternatives.captions(),
                        random);
        Losses losses = Losses.of(text.loss().add(picture.detach().mul(alpha)), size)
                .counting(batch.dialogues().tokens(), targets.size())
                .withBackward((tape, scale) -> {
                    if (captions.reachesLogits() || !image.parameters().isEmpty()) {
                        tape.backward(picture.mul(alpha * scale));
                    }
                    Supplier<@Nullable LogitGradient> returned = alternatives == null
                            ? captions::gradient
                            : () -> alternatives.gradient().apply(times(measured, alpha * scale / targets.size()));
                    learnText(text, tape, scale, returned);
                })
                .with("loss_t", text.loss())
                .with("loss_v", picture)
                .with("photos", targets.size());
        for (Map.Entry<String, Double> metric : captions.metrics().entrySet()) {
            losses = losses.with(metric.getKey(), metric.getValue());
        }
        return losses;
    }

    private static float[] times(float[] losses, double factor) {
        float[] scaled = losses.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= (float) factor;
        }
        return scaled;
    }

    private void learnText(
            LanguageTraining.LanguageStep text,
            GradientTape tape,
            double scale,
            Supplier<@Nullable LogitGradient> captions) {
        if (!language.parameters().isEmpty()) {
            text.backward(tape, scale, captions.get());
        }
    }

    @Override
    public Map<String, Double> evaluate(RandomGenerator random) {
        return data.evaluate(random);
    }

    /** Builds a {@link JointTask}; the two models, the bridge and the data are needed. */
    public static final class Builder {
        private @Nullable LanguageTraining language;
        private @Nullable BridgeTraining bridge;
        private @Nullable ImageTraining image;
        private @Nullable JointData data;
        private double alpha = 1;
        private double languageRate = 1;
        private double imageRate = 1;
        private boolean decayEverything;
        private boolean averagesLanguage = true;

        private Builder() {}

        public Builder language(LanguageTraining value) {
            language = value;
            return this;
        }

        public Builder bridge(BridgeTraining value) {
            bridge = value;
            return this;
        }

        public Builder image(ImageTraining value) {
            image = value;
            return this;
        }

        public Builder data(JointData value) {
            data = value;
            return this;
        }

        /** Weight of the picture's loss; 1 unless it is set. */
        public Builder alpha(double value) {
            alpha = value;
            return this;
        }

        /** Multiplies the run's learning rate for the language model. */
        public Builder languageRate(double value) {
            languageRate = value;
            return this;
        }

        /** Multiplies the run's learning rate for the diffusion model. */
        public Builder imageRate(double value) {
            imageRate = value;
            return this;
        }

        /** Weight decay on all parameters, gains, biases and embeddings included, as the paper's optimizer has it. */
        public Builder decayEverything(boolean value) {
            decayEverything = value;
            return this;
        }

        /** Whether the language model's weights are averaged too, where the run averages; if not, the diffusion model's alone. */
        public Builder averagesLanguage(boolean value) {
            averagesLanguage = value;
            return this;
        }

        public JointTask build() {
            return new JointTask(this);
        }
    }
}

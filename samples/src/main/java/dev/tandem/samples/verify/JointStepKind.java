package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.BridgeTraining.BridgedCaptions;
import dev.tandem.core.train.CaptionSpan;
import dev.tandem.core.train.Losses;
import dev.tandem.core.train.StepReport;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainListener;
import dev.tandem.core.train.Trainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * {@code joint.step}: one step of joint training with all its gradients, and the losses after further optimizer steps, by the joint task
 * and the trainer that train for real; only what is random there is given here.
 */
final class JointStepKind implements ParityKind {

    private static final SplittableRandom UNUSED = new SplittableRandom(0);

    @Override
    public String kind() {
        return "joint.step";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        try (JointModels models = JointModels.load(parityCase)) {
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            values(models, parityCase, outputs);
            outputs.put("grad_v.caption_logits", captionGradient(models, parityCase, 0, 1));
            outputs.put("grad.caption_logits", captionGradient(models, parityCase, 1, models.alpha()));
            parameterGradients(models, outputs);
            outputs.put("losses_after_steps", train(models, parityCase));
            return outputs;
        }
    }

    private static void values(JointModels models, ParityCase parityCase, Map<String, Tensor> outputs) {
        Tensor logits = models.logits();
        BridgedCaptions captions =
                models.bridge().forward(LogitRows.of(captionRows(models, logits)), models.targets(), 1, UNUSED);
        Tensor context = models.context(captions.ids(), captions.inputsEmbeds());
        Tensor lossT = textLoss(models, parityCase, logits);
        Tensor prediction = models.predict(context);
        Tensor lossV = prediction.mseLoss(models.target());
        outputs.put("loss_t", lossT);
        outputs.put("loss_v", lossV);
        outputs.put("loss", lossT.add(lossV.mul(models.alpha())));
        outputs.put("r_llm_argmax", captions.llmIds());
        outputs.put("encoder_hidden_states", context);
        outputs.put("latents", models.latents());
        outputs.put("prediction", prediction);
        outputs.put(
                "logits",
                logits.mul(parityCase.input("attention_mask").to(DType.FLOAT32).unsqueeze(-1)));
    }

    /** The gradient of {@code textWeight L_t + pictureWeight L_v} in the caption's logits, which are made a leaf for it. */
    private static Tensor captionGradient(
            JointModels models, ParityCase parityCase, double textWeight, double pictureWeight) {
        Tensor leaf = models.logits().detach().requiresGrad(true);
        try (GradientTape tape = models.engine().gradientTape()) {
            BridgedCaptions captions = models.bridge()
                    .forward(LogitRows.of(captionRows(models, leaf.detach())), models.targets(), 1, UNUSED);
            tape.backward(models.image()
                    .loss(models.latents(), captions.ids(), captions.inputsEmbeds(), UNUSED)
                    .mul(pictureWeight));
            tape.backward(textLoss(models, parityCase, leaf).mul(textWeight));
            Tensor text = captionRows(models, Objects.requireNonNull(leaf.grad(), "the logits have a gradient"));
            LogitGradient picture = captions.gradient();
            return picture == null ? text : text.add(picture.dense());
        }
    }

    /** The rows of the caption's logits [sum n, V_L] out of [B, T, V_L]. */
    private static Tensor captionRows(JointModels models, Tensor logits) {
        List<Tensor> rows = new ArrayList<>();
        for (CaptionSpan span : models.captions()) {
            rows.add(logits.select(0, span.row()).narrow(0, span.start() - 1, span.length()));
        }
        return models.engine().cat(rows, 0);
    }

    private static Tensor textLoss(JointModels models, ParityCase parityCase, Tensor logits) {
        long[] ids = parityCase.input("input_ids").toLongArray();
        long[] mask = parityCase.input("loss_mask").toLongArray();
        int columns = (int) logits.size(1);
        List<Long> positions = new ArrayList<>();
        List<Long> targets = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            if (i % columns != 0 && mask[i] != 0) {
                positions.add(i - 1L);
                targets.add(ids[i]);
            }
        }
        TensorEngine engine = models.engine();
        return logits.reshape(-1, logits.size(2))
                .indexSelect(0, engine.tensor(longs(positions), positions.size()))
                .crossEntropy(engine.tensor(longs(targets), targets.size()));
    }

    private static long[] longs(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    private static void parameterGradients(JointModels models, Map<String, Tensor> outputs) {
        Map<String, Tensor> parameters = models.parameters();
        parameters.values().forEach(p -> p.requiresGrad(true));
        try (GradientTape tape = models.engine().gradientTape()) {
            Losses losses = models.task().step(1, UNUSED);
            losses.backward(tape, 1);
        }
        parameters.forEach((name, parameter) -> {
            Tensor gradient = parameter.grad();
            outputs.put(
                    "grad." + name,
                    gradient == null ? models.engine().zeros(DType.FLOAT32, parameter.shape()) : gradient.add(0));
            parameter.zeroGrad();
        });
    }

    /** [steps, 3]: loss_t, loss_v and loss of the same batch after each optimizer step. */
    private static Tensor train(JointModels models, ParityCase parityCase) {
        JsonNode optimizer = parityCase.args().path("optimizer");
        int steps = optimizer.path("steps").asInt();
        TrainConfig config = TrainConfig.builder()
                .steps(steps + 1L)
                .learningRate(optimizer.path("lr").asDouble())
                .warmupSteps(0)
                .weightDecay(optimizer.path("weight_decay").asDouble())
                .beta1(optimizer.path("betas").path(0).asDouble())
                .beta2(optimizer.path("betas").path(1).asDouble())
                .eps(optimizer.path("eps").asDouble())
                .clipNorm(0)
                .logEvery(1)
                .checkpointEvery(0)
                .build();
        List<StepReport> reports = new ArrayList<>();
        TrainListener listener = new TrainListener() {
            @Override
            public void logged(StepReport report) {
                reports.add(report);
            }
        };
        try {
            Path folder = Files.createTempDirectory("tandem-joint-step");
            try (Trainer trainer = Trainer.builder()
                    .engine(models.engine())
                    .task(models.task())
                    .config(config)
                    .folder(folder)
                    .listener(listener)
                    .build()) {
                trainer.run();
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot train in a temporary folder: " + e.getMessage(), e);
        }
        float[] losses = new float[3 * steps];
        for (int i = 0; i < steps; i++) {
            StepReport after = reports.get(i + 1);
            losses[3 * i] = metric(after, "loss_t");
            losses[3 * i + 1] = metric(after, "loss_v");
            losses[3 * i + 2] = (float) after.loss();
        }
        return models.engine().tensor(losses, steps, 3);
    }

    private static float metric(StepReport report, String name) {
        return Objects.requireNonNull(report.metrics().get(name), name).floatValue();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}

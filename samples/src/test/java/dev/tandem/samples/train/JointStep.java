package dev.tandem.samples.train;

import dev.tandem.core.config.ConfigReader;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TapeOptions;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.Losses;
import dev.tandem.core.train.ParameterGroup;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One step of a joint run, without an optimizer.
 *
 * @param lossT loss of the text
 * @param lossV loss of the pictures; 0 without any
 * @param gradients by key
 */
record JointStep(double lossT, double lossV, Map<String, float[]> gradients) {

    static JointRecipe recipe(Path model, String fields) {
        return (JointRecipe) ConfigReader.parse("""
                {
                  "kind": "joint", "model": "%s", "bridge": {"matrix": "word"},
                  "data": {"dialogues": 60, "held_out": 4, "batch": 4, "max_tokens": 200}, %s
                }
                """.formatted(model, fields), "test", TrainingRecipe.class);
    }

    /** The gradients of some batches, added up. */
    static JointStep of(TensorEngine engine, JointRecipe recipe, TapeOptions options, int batches) {
        try (TrainingJob job = recipe.open(engine);
                Scope scope = engine.scope()) {
            Map<String, Tensor> parameters = new LinkedHashMap<>();
            for (ParameterGroup group : job.task().groups()) {
                parameters.putAll(group.parameters());
            }
            parameters.values().forEach(each -> each.requiresGrad(true));
            double lossT = 0;
            double lossV = 0;
            for (int batch = 0; batch < batches; batch++) {
                try (Scope step = engine.scope();
                        GradientTape tape = engine.gradientTape(options)) {
                    Losses losses = job.task().step(1, new SplittableRandom(batch));
                    lossT += losses.metrics().get("loss_t").getAsDouble();
                    lossV += losses.metrics().containsKey("loss_v")
                            ? losses.metrics().get("loss_v").getAsDouble()
                            : 0;
                    losses.backward(tape, 1);
                }
            }
            Map<String, float[]> gradients = new LinkedHashMap<>();
            parameters.forEach((key, each) -> {
                Tensor gradient = each.grad();
                if (gradient != null) {
                    gradients.put(key, gradient.toFloatArray());
                }
            });
            return new JointStep(lossT, lossV, gradients);
        }
    }
}

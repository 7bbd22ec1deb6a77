package dev.tandem.core.train;

import dev.tandem.core.tensor.AdamWStep;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * AdamW (Loshchilov and Hutter 2019) with the norm of all gradients limited (Pascanu et al. 2013).
 *
 * <p>As in torch, a parameter without a gradient is left alone in that step: neither decayed nor counted. A step whose gradients
 * are not finite changes nothing and is counted in {@link #skipped()}.
 */
final class AdamW {

    /** One parameter with its moments; {@code updates} counts the steps that changed it, for the bias correction. */
    private static final class Slot {
        final Tensor parameter;
        final ParameterGroup group;
        final Tensor first;
        final Tensor second;
        long updates;

        Slot(Tensor parameter, ParameterGroup group, Tensor first, Tensor second) {
            this.parameter = parameter;
            this.group = group;
            this.first = first;
            this.second = second;
        }
    }

    private final TensorEngine engine;
    private final TrainConfig config;
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private long skipped;

    /** Moments start at zero and belong to the scope that is current now. */
    AdamW(TensorEngine engine, TrainConfig config, List<ParameterGroup> groups) {
        this.engine = engine;
        this.config = config;
        for (ParameterGroup group : groups) {
            group.parameters().forEach((key, parameter) -> {
                if (parameter.dtype() != DType.FLOAT32) {
                    throw new IllegalArgumentException(
                            "parameter " + key + " is " + parameter.dtype() + "; train float32 weights");
                }
                Slot slot = new Slot(parameter.requiresGrad(true), group, zerosLike(parameter), zerosLike(parameter));
                if (slots.put(key, slot) != null) {
                    throw new IllegalArgumentException(
                            "parameter " + key + " is in two groups; give each group's keys a prefix");
                }
            });
        }
        if (slots.isEmpty()) {
            throw new IllegalArgumentException("there are no parameters to train");
        }
    }

    private Tensor zerosLike(Tensor tensor) {
        return engine.zeros(DType.FLOAT32, tensor.shape());
    }

    /**
     * Clips the gradients, steps, and frees them. Needs an open scope.
     *
     * @return the norm of all gradients before clipping; not finite if the step was skipped
     */
    double step(double learningRate) {
        List<Slot> touched = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        for (Slot slot : slots.values()) {
            Tensor gradient = slot.parameter.grad();
            if (gradient != null) {
                touched.add(slot);
                gradients.add(gradient);
            }
        }
        double norm = engine.norm(gradients);
        if (!Double.isFinite(norm)) {
            skipped++;
        } else {
            if (config.clipNorm() > 0 && norm > config.clipNorm()) {
                engine.scale(gradients, config.clipNorm() / norm);
            }
            update(touched, gradients, learningRate);
        }
        touched.forEach(slot -> slot.parameter.zeroGrad());
        return norm;
    }

    /** One fused call for each group, and for each number of earlier updates in it. */
    private void update(List<Slot> touched, List<Tensor> gradients, double learningRate) {
        Map<ParameterGroup, Map<Long, List<Integer>>> batches = new IdentityHashMap<>();
        List<ParameterGroup> order = new ArrayList<>();
        for (int i = 0; i < touched.size(); i++) {
            Slot slot = touched.get(i);
            slot.updates++;
            batches.computeIfAbsent(slot.group, group -> {
                        order.add(group);
                        return new TreeMap<>();
                    })
                    .computeIfAbsent(slot.updates, n -> new ArrayList<>())
                    .add(i);
        }
        for (ParameterGroup group : order) {
            batches.getOrDefault(group, Map.of()).forEach((updates, indices) -> {
                List<Slot> some = indices.stream().map(touched::get).toList();
                engine.adamw(new AdamWStep(
                        some.stream().map(s -> s.parameter).toList(),
                        indices.stream().map(gradients::get).toList(),
                        some.stream().map(s -> s.first).toList(),
                        some.stream().map(s -> s.second).toList(),
                        updates,
                        learningRate * group.learningRateFactor(),
                        config.beta1(),
                        config.beta2(),
                        config.eps(),
                        config.weightDecay() * group.weightDecayFactor()));
            });
        }
    }

    /** Steps left out because a gradient was not finite. */
    long skipped() {
        return skipped;
    }

    /** Key to parameter, in a fixed order. */
    Map<String, Tensor> parameters() {
        Map<String, Tensor> map = new LinkedHashMap<>();
        slots.forEach((key, slot) -> map.put(key, slot.parameter));
        return map;
    }

    /** The moments as {@code first.KEY} and {@code second.KEY}. */
    Map<String, Tensor> moments() {
        Map<String, Tensor> map = new LinkedHashMap<>();
        slots.forEach((key, slot) -> {
            map.put("first." + key, slot.first);
            map.put("second." + key, slot.second);
        });
        return map;
    }

    /** How often each parameter was changed. */
    Map<String, Long> updates() {
        Map<String, Long> map = new LinkedHashMap<>();
        slots.forEach((key, slot) -> map.put(key, slot.updates));
        return map;
    }

    /** Takes up the counts of an earlier run; its tensors are set in place by the caller. */
    void restore(Map<String, Long> updates, long skippedSteps) {
        slots.forEach((key, slot) -> slot.updates = updates.getOrDefault(key, 0L));
        skipped = skippedSteps;
    }
}

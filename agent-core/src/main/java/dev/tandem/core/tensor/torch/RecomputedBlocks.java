package dev.tandem.core.tensor.torch;

import ai.djl.pytorch.jni.JniUtils;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Blocks of a network of which a tape keeps the inputs and the result only (Chen et al. 2016, "Training deep nets with sublinear memory
 * cost").
 *
 * <p>A block's result is a leaf, at which libtorch's backward pass ends. From there this class goes on, from the last block to the first:
 * it runs the block again, this time recorded, and takes the gradients of its inputs. An input of several blocks hands its gradient on when
 * the first of them is done, so that the rest of the graph is passed once.
 */
final class RecomputedBlocks {

    /** A block that was run, and how. */
    private record Ran(List<Tensor> inputs, Tensor result, boolean bfloat16, TensorEngine.Block block) {}

    private final TorchEngine engine;
    private final List<Ran> blocks = new ArrayList<>();

    /** Input to the first block that has it. */
    private final Map<Tensor, Ran> first = new IdentityHashMap<>();

    private boolean running;

    RecomputedBlocks(TorchEngine engine) {
        this.engine = engine;
    }

    /** Whether a block is running: those inside it are part of it. */
    boolean isRunning() {
        return running;
    }

    /** Runs a block and forgets how its result was made. It is recorded for a moment, which tells whether a gradient is asked for at all. */
    Tensor run(List<Tensor> inputs, TensorEngine.Block block) {
        Tensor result;
        try (Scope inside = engine.scope()) {
            Tensor computed = applied(block, inputs);
            if (!isRecorded(computed)) {
                return inside.keep(computed);
            }
            result = inside.keep(computed.detach()).requiresGrad(true);
        }
        Ran ran = new Ran(List.copyOf(inputs), result, engine.isInBfloat16(), block);
        blocks.add(ran);
        inputs.forEach(input -> first.putIfAbsent(input, ran));
        return result;
    }

    /** Goes on from the results that have a gradient; those of another loss wait for theirs. */
    void backward() {
        if (blocks.isEmpty()) {
            return;
        }
        Map<Tensor, Tensor> gradients = new IdentityHashMap<>();
        try (Scope pass = engine.scope()) {
            for (int i = blocks.size() - 1; i >= 0; i--) {
                Ran ran = blocks.get(i);
                Tensor gradient = ran.result.grad();
                if (gradient != null) {
                    blocks.remove(i);
                    again(ran, gradient, gradients);
                    ran.inputs.stream().filter(input -> first.get(input) == ran).forEach(input -> {
                        handOn(input, gradients);
                        first.remove(input);
                    });
                }
            }
            List.copyOf(gradients.keySet()).forEach(input -> handOn(input, gradients));
        }
    }

    private void again(Ran ran, Tensor gradient, Map<Tensor, Tensor> gradients) {
        try (Scope inside = engine.scope()) {
            List<Tensor> leaves = ran.inputs.stream()
                    .map(input -> isRecorded(input) ? input.detach().requiresGrad(true) : input)
                    .toList();
            Tensor result = engine.inBfloat16(ran.bfloat16, () -> applied(ran.block, leaves));
            JniUtils.backward(TorchTensor.array(result), TorchTensor.array(gradient), false, false);
            for (int i = 0; i < leaves.size(); i++) {
                Tensor input = ran.inputs.get(i);
                Tensor own = leaves.get(i) == input ? null : leaves.get(i).grad();
                if (own != null) {
                    Tensor before = gradients.get(input);
                    gradients.put(input, inside.keep(before == null ? own : sum(before, own)));
                }
            }
        }
    }

    private Tensor sum(Tensor a, Tensor b) {
        return engine.unrecorded(() -> a.add(b));
    }

    private static void handOn(Tensor input, Map<Tensor, Tensor> gradients) {
        Tensor gradient = gradients.remove(input);
        if (gradient != null) {
            JniUtils.backward(TorchTensor.array(input), TorchTensor.array(gradient), false, false);
        }
    }

    private Tensor applied(TensorEngine.Block block, List<Tensor> inputs) {
        running = true;
        try {
            return block.apply(inputs);
        } finally {
            running = false;
        }
    }

    private static boolean isRecorded(Tensor tensor) {
        return TorchTensor.of(tensor).isRecorded();
    }
}

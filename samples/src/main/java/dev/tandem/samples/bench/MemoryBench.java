package dev.tandem.samples.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.tensor.TensorEngine;
import java.io.IOException;
import java.util.function.Consumer;

/** Native memory over many joint steps, between one step and the next. */
final class MemoryBench {

    private final TensorEngine engine;
    private final Consumer<String> progress;

    MemoryBench(TensorEngine engine, Consumer<String> progress) {
        this.engine = engine;
        this.progress = progress;
    }

    ObjectNode run(String size, long steps, long every) throws IOException {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("size", size).put("steps", steps);
        ArrayNode points = out.putArray("points");
        try (JointRun joint = new JointRun(engine, JointSize.named(size))) {
            joint.steps(step -> {
                joint.parts().values().forEach(java.util.List::clear);
                if (step % every == 0 || step == steps) {
                    points.add(point(step));
                    progress.accept("memory " + points.get(points.size() - 1));
                }
                return step < steps;
            });
        }
        return out;
    }

    private static ObjectNode point(long step) {
        ObjectNode point = JsonNodeFactory.instance.objectNode().put("step", step);
        NativeMemory.allocatedBytes().ifPresent(bytes -> point.put("allocated_mb", NativeMemory.megabytes(bytes)));
        NativeMemory.residentBytes().ifPresent(bytes -> point.put("resident_mb", NativeMemory.megabytes(bytes)));
        Runtime java = Runtime.getRuntime();
        return point.put("java_heap_mb", NativeMemory.megabytes(java.totalMemory()));
    }
}

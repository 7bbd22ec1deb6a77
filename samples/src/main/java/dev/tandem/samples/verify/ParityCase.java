package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.nio.file.Path;
import java.util.Map;

/**
 * One parity case, read from its folder.
 *
 * @param folder the case's folder; {@code model/} and {@code adapter/} lie in it
 * @param description the content of {@code case.json}
 * @param tensors the content of {@code io.safetensors}: {@code in.NAME} and {@code out.NAME}; empty where there is no such file
 * @param engine the engine to compute with
 */
record ParityCase(Path folder, JsonNode description, Map<String, Tensor> tensors, TensorEngine engine) {

    String kind() {
        return description.path("kind").asText();
    }

    /** Settings of the call. */
    JsonNode args() {
        return description.path("args");
    }

    Path model() {
        return folder.resolve("model");
    }

    boolean hasInput(String name) {
        return tensors.containsKey("in." + name);
    }

    boolean expects(String name) {
        return tensors.containsKey("out." + name);
    }

    boolean expectsIntegers(String name) {
        Tensor expected = tensors.get("out." + name);
        return expected != null && expected.dtype() == DType.INT64;
    }

    Tensor input(String name) {
        Tensor tensor = tensors.get("in." + name);
        if (tensor == null) {
            throw new ParityMismatch("io.safetensors has no in." + name);
        }
        return tensor;
    }
}

package dev.tandem.llm.model;

import dev.tandem.core.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Activations that {@code hidden_act} of a {@code config.json} may name. */
public enum Activation {
    SILU("silu"),
    SWISH("swish"),
    GELU("gelu"),
    GELU_NEW("gelu_new"),
    GELU_PYTORCH_TANH("gelu_pytorch_tanh"),
    QUICK_GELU("quick_gelu"),
    RELU("relu");

    private final String configName;

    Activation(String configName) {
        this.configName = configName;
    }

    /** The name in {@code config.json}. */
    public String configName() {
        return configName;
    }

    /**
     * Finds an activation by its name in {@code config.json}.
     *
     * @throws IllegalArgumentException for a name that is not listed here
     */
    public static Activation named(String name) {
        return Arrays.stream(values())
                .filter(a -> a.configName.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("hidden_act '" + name
                        + "' is not supported; use one of "
                        + Arrays.stream(values()).map(Activation::configName).collect(Collectors.joining(", "))));
    }

    Tensor apply(Tensor x) {
        return switch (this) {
            case SILU, SWISH -> x.silu();
            case GELU -> x.gelu();
            case GELU_NEW, GELU_PYTORCH_TANH -> x.geluTanh();
            case QUICK_GELU -> x.quickGelu();
            case RELU -> x.relu();
        };
    }
}

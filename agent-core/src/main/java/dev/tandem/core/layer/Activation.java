package dev.tandem.core.layer;

import dev.tandem.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Activation functions, by the names that configurations use. */
public enum Activation {
    SILU("silu", "swish"),
    GELU("gelu", "gelu_python"),
    QUICK_GELU("quick_gelu"),
    /** Four ways to write the same approximation. */
    GELU_TANH("gelu_pytorch_tanh", "gelu_new", "gelu_fast", "gelu_accurate"),
    RELU("relu"),
    RELU6("relu6"),
    RELU_SQUARED("relu2"),
    LEAKY_RELU("leaky_relu"),
    MISH("mish"),
    SIGMOID("sigmoid"),
    TANH("tanh"),
    LINEAR("linear");

    private static final double LEAK = 0.01;

    private final List<String> names;

    Activation(String... names) {
        this.names = List.of(names);
    }

    /**
     * Reads a configuration's name.
     *
     * @throws IllegalArgumentException for a function that is not here; the message lists those that are
     */
    public static Activation named(String name) {
        for (Activation activation : values()) {
            if (activation.names.contains(name)) {
                return activation;
            }
        }
        String known = Arrays.stream(values()).flatMap(a -> a.names.stream()).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("the activation '" + name + "' is not supported; use one of " + known);
    }

    /** The name to write into a configuration. */
    public String configName() {
        return names.get(0);
    }

    /** Any shape to the same shape. */
    public Tensor apply(Tensor x) {
        return switch (this) {
            case SILU -> x.silu();
            case GELU -> x.gelu();
            case QUICK_GELU -> x.quickGelu();
            case GELU_TANH -> x.geluTanh();
            case RELU -> x.relu();
            case RELU6 -> x.clamp(0, 6);
            case RELU_SQUARED -> x.relu().square();
            case LEAKY_RELU -> x.relu().sub(x.neg().relu().mul(LEAK));
            case MISH -> x.mul(softplus(x).tanh());
            case SIGMOID -> x.sigmoid();
            case TANH -> x.tanh();
            case LINEAR -> x;
        };
    }

    /** log(1 + exp x) without overflow. */
    private static Tensor softplus(Tensor x) {
        return x.relu().add(x.abs().neg().exp().add(1).log());
    }
}

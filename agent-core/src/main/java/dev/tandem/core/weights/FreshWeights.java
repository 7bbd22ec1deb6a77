package dev.tandem.core.weights;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.random.RandomGenerator;

/** Initialised weights for a model that is trained from nothing: float32, drawn from a seeded generator in the order of the calls. */
public final class FreshWeights implements WeightSource {

    private final TensorEngine engine;
    private final RandomGenerator random;

    public FreshWeights(TensorEngine engine, RandomGenerator random) {
        this.engine = engine;
        this.random = random;
    }

    @Override
    public Tensor get(String key, Init init, long... shape) {
        if (init instanceof Init.Ones) {
            return engine.full(1, shape);
        }
        if (init instanceof Init.Normal normal) {
            return fill(shape, () -> random.nextGaussian() * normal.std());
        }
        if (init instanceof Init.Uniform uniform) {
            double bound = 1 / Math.sqrt(uniform.fanIn());
            return fill(shape, () -> random.nextDouble(-bound, bound));
        }
        return engine.zeros(DType.FLOAT32, shape);
    }

    @Override
    public boolean has(String key) {
        return true;
    }

    private Tensor fill(long[] shape, java.util.function.DoubleSupplier next) {
        float[] values = new float[Math.toIntExact(Shapes.size(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) next.getAsDouble();
        }
        return engine.tensor(values, shape);
    }
}

package dev.tandem.samples.evaluate.metric;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import java.util.Arrays;
import java.util.List;

/**
 * InceptionV3 (Szegedy et al. 2016) as FID is measured with: the variant of TensorFlow's network of 2015 that pytorch-fid rebuilt from
 * torchvision's, with its keys ({@code pt_inception-2015-12-05}). It differs from torchvision's in that averages leave the zeros of the border
 * out, and that the last block takes the largest value where others take the average.
 */
final class InceptionV3 {

    @FunctionalInterface
    private interface Layer {
        Tensor apply(Tensor x);
    }

    /** Width and height of the pictures that it sees. */
    static final int SIDE = 299;

    private static final double EPS = 1e-3;
    private static final int WINDOW = 3;

    private final TensorEngine engine;
    private final WeightSource weights;
    private final int divisor;
    private final Layer stem;
    private final Tensor classWeights;

    /**
     * What it sees.
     *
     * @param features [B, 2048], the averages of the last block
     * @param logits [B, K] of the classes, without bias, as torch-fidelity takes them for the Inception Score
     */
    record Seen(Tensor features, Tensor logits) {}

    /**
     * Reads the network into the current scope.
     *
     * @param classes K, 1008 in the published weights
     * @param divisor of all widths; 1 for the published weights
     */
    InceptionV3(TensorEngine engine, WeightSource weights, int classes, int divisor) {
        this.engine = engine;
        this.weights = weights;
        this.divisor = divisor;
        this.stem = chain(
                unit("Conv2d_1a_3x3", 3, 32, 3, 3, 2, 0),
                unit("Conv2d_2a_3x3", 32, 32, 3, 3, 1, 0),
                unit("Conv2d_2b_3x3", 32, 64, 3, 3, 1, 1),
                x -> largest(x, 2),
                unit("Conv2d_3b_1x1", 64, 80, 1, 1, 1, 0),
                unit("Conv2d_4a_3x3", 80, 192, 3, 3, 1, 0),
                x -> largest(x, 2),
                blockA("Mixed_5b", 192, 32),
                blockA("Mixed_5c", 256, 64),
                blockA("Mixed_5d", 288, 64),
                blockB("Mixed_6a", 288),
                blockC("Mixed_6b", 128),
                blockC("Mixed_6c", 160),
                blockC("Mixed_6d", 160),
                blockC("Mixed_6e", 192),
                blockD("Mixed_7a", 768),
                blockE("Mixed_7b", 1280, this::average),
                blockE("Mixed_7c", 2048, x -> largest(x.pad2d(1, 1, 1, 1), 1)));
        this.classWeights = weights.get("fc.weight", Init.zeros(), classes, width(2048));
    }

    /**
     * Looks at pictures.
     *
     * @param pictures [B, 3, h, w] in [0, 1]
     */
    Seen look(Tensor pictures) {
        Tensor x = stem.apply(resized(pictures).mul(2).add(-1));
        Tensor features = x.reshape(x.size(0), x.size(1), -1).mean(-1, false);
        return new Seen(features, features.linear(classWeights, null));
    }

    /** Bilinear between the centres of pixels, as torch's interpolate with align_corners false. */
    private Tensor resized(Tensor x) {
        Tensor rows = interpolation(Math.toIntExact(x.size(2)));
        Tensor columns = interpolation(Math.toIntExact(x.size(3)));
        return rows.matmul(x).matmul(columns.transpose(0, 1));
    }

    /** [SIDE, n]. */
    private Tensor interpolation(int n) {
        float[] values = new float[SIDE * n];
        for (int i = 0; i < SIDE; i++) {
            double at = Math.max(0, (i + 0.5) * n / SIDE - 0.5);
            int low = (int) at;
            int high = Math.min(n - 1, low + 1);
            values[i * n + low] += (float) (1 - (at - low));
            values[i * n + high] += (float) (at - low);
        }
        return engine.tensor(values, SIDE, n);
    }

    private Layer blockA(String key, int in, int pooled) {
        return branches(
                unit(key + ".branch1x1", in, 64, 1, 1, 1, 0),
                chain(unit(key + ".branch5x5_1", in, 48, 1, 1, 1, 0), unit(key + ".branch5x5_2", 48, 64, 5, 5, 1, 2)),
                chain(
                        unit(key + ".branch3x3dbl_1", in, 64, 1, 1, 1, 0),
                        unit(key + ".branch3x3dbl_2", 64, 96, 3, 3, 1, 1),
                        unit(key + ".branch3x3dbl_3", 96, 96, 3, 3, 1, 1)),
                chain(this::average, unit(key + ".branch_pool", in, pooled, 1, 1, 1, 0)));
    }

    private Layer blockB(String key, int in) {
        return branches(
                unit(key + ".branch3x3", in, 384, 3, 3, 2, 0),
                chain(
                        unit(key + ".branch3x3dbl_1", in, 64, 1, 1, 1, 0),
                        unit(key + ".branch3x3dbl_2", 64, 96, 3, 3, 1, 1),
                        unit(key + ".branch3x3dbl_3", 96, 96, 3, 3, 2, 0)),
                x -> largest(x, 2));
    }

    private Layer blockC(String key, int c7) {
        return branches(
                unit(key + ".branch1x1", 768, 192, 1, 1, 1, 0),
                chain(
                        unit(key + ".branch7x7_1", 768, c7, 1, 1, 1, 0),
                        row(key + ".branch7x7_2", c7, c7, 7),
                        column(key + ".branch7x7_3", c7, 192, 7)),
                chain(
                        unit(key + ".branch7x7dbl_1", 768, c7, 1, 1, 1, 0),
                        column(key + ".branch7x7dbl_2", c7, c7, 7),
                        row(key + ".branch7x7dbl_3", c7, c7, 7),
                        column(key + ".branch7x7dbl_4", c7, c7, 7),
                        row(key + ".branch7x7dbl_5", c7, 192, 7)),
                chain(this::average, unit(key + ".branch_pool", 768, 192, 1, 1, 1, 0)));
    }

    private Layer blockD(String key, int in) {
        return branches(
                chain(
                        unit(key + ".branch3x3_1", in, 192, 1, 1, 1, 0),
                        unit(key + ".branch3x3_2", 192, 320, 3, 3, 2, 0)),
                chain(
                        unit(key + ".branch7x7x3_1", in, 192, 1, 1, 1, 0),
                        row(key + ".branch7x7x3_2", 192, 192, 7),
                        column(key + ".branch7x7x3_3", 192, 192, 7),
                        unit(key + ".branch7x7x3_4", 192, 192, 3, 3, 2, 0)),
                x -> largest(x, 2));
    }

    private Layer blockE(String key, int in, Layer pool) {
        return branches(
                unit(key + ".branch1x1", in, 320, 1, 1, 1, 0),
                chain(
                        unit(key + ".branch3x3_1", in, 384, 1, 1, 1, 0),
                        branches(row(key + ".branch3x3_2a", 384, 384, 3), column(key + ".branch3x3_2b", 384, 384, 3))),
                chain(
                        unit(key + ".branch3x3dbl_1", in, 448, 1, 1, 1, 0),
                        unit(key + ".branch3x3dbl_2", 448, 384, 3, 3, 1, 1),
                        branches(
                                row(key + ".branch3x3dbl_3a", 384, 384, 3),
                                column(key + ".branch3x3dbl_3b", 384, 384, 3))),
                chain(pool, unit(key + ".branch_pool", in, 192, 1, 1, 1, 0)));
    }

    private Layer row(String key, int in, int out, int length) {
        Layer unit = unit(key, in, out, 1, length, 1, 0);
        return x -> unit.apply(x.pad2d(length / 2, length / 2, 0, 0));
    }

    private Layer column(String key, int in, int out, int length) {
        Layer unit = unit(key, in, out, length, 1, 1, 0);
        return x -> unit.apply(x.pad2d(0, 0, length / 2, length / 2));
    }

    /** Convolution, batch norm with what was measured in training (folded into the convolution), ReLU. */
    private Layer unit(String key, int in, int out, int height, int columns, int stride, int padding) {
        long outputs = width(out);
        Tensor kernel;
        Tensor bias;
        try (Scope scope = engine.scope()) {
            Tensor scale = weights.get(key + ".bn.weight", Init.ones(), outputs)
                    .div(weights.get(key + ".bn.running_var", Init.ones(), outputs)
                            .add(EPS)
                            .sqrt());
            Tensor raw =
                    weights.get(key + ".conv.weight", Init.zeros(), outputs, in == 3 ? in : width(in), height, columns);
            kernel = scope.keep(raw.mul(scale.reshape(outputs, 1, 1, 1)).contiguous());
            bias = scope.keep(weights.get(key + ".bn.bias", Init.zeros(), outputs)
                    .sub(weights.get(key + ".bn.running_mean", Init.zeros(), outputs)
                            .mul(scale)));
        }
        return x -> x.conv2d(kernel, bias, stride, padding).relu();
    }

    private long width(int channels) {
        return channels / divisor;
    }

    private static Layer chain(Layer... layers) {
        List<Layer> all = List.of(layers);
        return x -> {
            Tensor y = x;
            for (Layer layer : all) {
                y = layer.apply(y);
            }
            return y;
        };
    }

    private Layer branches(Layer... branches) {
        List<Layer> all = List.of(branches);
        return x -> engine.cat(all.stream().map(branch -> branch.apply(x)).toList(), 1);
    }

    /** Largest value of windows of 3 x 3; values are not negative here, so zeros around change nothing. */
    private Tensor largest(Tensor x, int stride) {
        Tensor rows = engine.cat(shifted(x, 2, stride), 0).amax(0, false);
        return engine.cat(shifted(rows, 3, stride), 0).amax(0, false);
    }

    /** Each [1, ...]: every {@code stride}-th slice of a dimension from the first, the second and the third on. */
    private List<Tensor> shifted(Tensor x, int dim, int stride) {
        int count = Math.toIntExact((x.size(dim) - WINDOW) / stride + 1);
        long[][] indices = new long[WINDOW][count];
        for (int first = 0; first < WINDOW; first++) {
            for (int i = 0; i < count; i++) {
                indices[first][i] = (long) i * stride + first;
            }
        }
        return Arrays.stream(indices)
                .map(each -> x.indexSelect(dim, engine.tensor(each, count)).unsqueeze(0))
                .toList();
    }

    /** Average of windows of 3 x 3 around each pixel, of those that there are. */
    private Tensor average(Tensor x) {
        Tensor padded = x.pad2d(1, 1, 1, 1);
        Tensor rows = engine.cat(shifted(padded, 2, 1), 0).sum(0, false);
        Tensor sums = engine.cat(shifted(rows, 3, 1), 0).sum(0, false);
        int h = Math.toIntExact(x.size(2));
        int w = Math.toIntExact(x.size(3));
        float[] there = new float[h * w];
        for (int i = 0; i < there.length; i++) {
            there[i] = neighbours(i / w, h) * neighbours(i % w, w);
        }
        return sums.div(engine.tensor(there, 1, 1, h, w));
    }

    private static int neighbours(int at, int size) {
        return Math.min(size - 1, at + 1) - Math.max(0, at - 1) + 1;
    }
}

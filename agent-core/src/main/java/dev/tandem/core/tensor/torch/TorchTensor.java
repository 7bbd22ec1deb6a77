package dev.tandem.core.tensor.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A libtorch tensor. Each operation is one native call, and its result belongs to the current scope. */
final class TorchTensor implements Tensor, TorchScope.Owned {

    /** Elements of a row from which on its largest is sought block by block: libtorch's own search looks at one element at a time. */
    private static final int MANY = 4096;

    private final TorchEngine engine;
    private PtNDArray array;
    TorchScope owner = TorchScope.current();

    TorchTensor(TorchEngine engine, PtNDArray array) {
        this.engine = engine;
        this.array = array;
    }

    static TorchTensor of(Tensor tensor) {
        if (tensor instanceof TorchTensor torch) {
            return torch;
        }
        throw new IllegalArgumentException(
                "a tensor of the engine '" + tensor.engine().name() + "' cannot be used with the engine 'torch'");
    }

    static PtNDArray array(Tensor tensor) {
        TorchTensor torch = of(tensor);
        if (torch.array.isReleased()) {
            throw new IllegalStateException(
                    "the tensor's scope is closed; keep() it in the enclosing scope before closing");
        }
        return torch.array;
    }

    static PtNDArray[] arrays(List<Tensor> tensors) {
        return tensors.stream().map(TorchTensor::array).toArray(PtNDArray[]::new);
    }

    static DataType dataType(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> DataType.FLOAT32;
            case FLOAT16 -> DataType.FLOAT16;
            // DJL's native library ends the process when it meets the first of these types, and does not know the
            // others
            case BFLOAT16, FLOAT8_E4M3FN, FLOAT8_E5M2 ->
                throw new IllegalArgumentException(
                        "libtorch, as DJL calls it, has no " + dtype + "; convert to FLOAT32 or FLOAT16");
            case INT64 -> DataType.INT64;
            case INT32 -> DataType.INT32;
            case INT8 -> DataType.INT8;
            case UINT8 -> DataType.UINT8;
            case BOOL -> DataType.BOOLEAN;
        };
    }

    static Tensor guarded(TorchEngine engine, String operation, Supplier<PtNDArray> call, PtNDArray... operands) {
        PtNDArray result;
        try {
            result = call.get();
        } catch (EngineException e) {
            StringBuilder message = new StringBuilder(operation).append(" of");
            for (PtNDArray operand : operands) {
                message.append(' ').append(operand.getDataType()).append(operand.getShape());
            }
            String reason = String.valueOf(e.getMessage())
                    .lines()
                    .filter(l -> !l.isBlank())
                    .reduce((a, b) -> b)
                    .orElse("");
            String first = String.valueOf(e.getMessage()).lines().findFirst().orElse(reason);
            throw new IllegalArgumentException(
                    message + ": "
                            + (first.contains("Traceback") || first.startsWith("The following") ? reason : first),
                    e);
        }
        return engine.wrap(result);
    }

    private Tensor run(String operation, Supplier<PtNDArray> call, PtNDArray... operands) {
        return guarded(engine, operation, call, operands);
    }

    /** Calls a TorchScript method with this tensor first. */
    private Tensor script(String method, PtNDArray... arguments) {
        PtNDArray[] all = new PtNDArray[arguments.length + 1];
        all[0] = self();
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return guarded(engine, method, () -> ops().call(method, all), all);
    }

    private TorchOps ops() {
        return engine.ops();
    }

    /** A number as PyTorch promotes a Python scalar: whole numbers leave an integer tensor an integer tensor. */
    private PtNDArray number(double value) {
        boolean whole = !self().getDataType().isFloating() && value == Math.rint(value);
        return whole ? ops().number((long) value) : ops().number(value);
    }

    private PtNDArray self() {
        return array(this);
    }

    private int dim(int dim) {
        return Shapes.dim(dim, rank());
    }

    /** DJL has no name for bfloat16; libtorch makes no other type that DJL does not know. */
    static boolean isBfloat16(PtNDArray array) {
        return array.getDataType() == DataType.UNKNOWN;
    }

    /** For a product: bfloat16 where products are computed in it now. */
    private static PtNDArray factor(Tensor tensor) {
        TorchTensor torch = of(tensor);
        PtNDArray array = array(torch);
        return torch.engine.isInBfloat16() && array.getDataType() == DataType.FLOAT32
                ? array(torch.script("bfloat16"))
                : array;
    }

    private static @Nullable PtNDArray factorOrNull(@Nullable Tensor tensor) {
        return tensor == null ? null : factor(tensor);
    }

    /** For what needs more digits than a product: bfloat16 becomes float32. */
    private TorchTensor precise() {
        return isBfloat16(self()) ? of(script("float32")) : this;
    }

    boolean isRecorded() {
        return ops().isRecorded(self());
    }

    @Override
    public TensorEngine engine() {
        return engine;
    }

    @Override
    public long[] shape() {
        return self().getShape().getShape().clone();
    }

    @Override
    public int rank() {
        return self().getShape().dimension();
    }

    @Override
    public long size(int dim) {
        return self().getShape().get(dim(dim));
    }

    @Override
    public DType dtype() {
        DataType type = self().getDataType();
        return switch (type) {
            case FLOAT32 -> DType.FLOAT32;
            case FLOAT16 -> DType.FLOAT16;
            case INT64 -> DType.INT64;
            case INT32 -> DType.INT32;
            case INT8 -> DType.INT8;
            case UINT8 -> DType.UINT8;
            case BOOLEAN -> DType.BOOL;
            case UNKNOWN -> DType.BFLOAT16;
            default -> throw new IllegalStateException("no name for the element type " + type);
        };
    }

    @Override
    public Tensor reshape(long... shape) {
        return run("reshape to " + Shapes.toString(shape), () -> JniUtils.reshape(self(), shape), self());
    }

    @Override
    public Tensor transpose(int dim0, int dim1) {
        return run("transpose", () -> JniUtils.transpose(self(), dim(dim0), dim(dim1)), self());
    }

    @Override
    public Tensor permute(int... dims) {
        long[] order = new long[dims.length];
        for (int i = 0; i < dims.length; i++) {
            order[i] = dims[i];
        }
        return run("permute", () -> JniUtils.permute(self(), order), self());
    }

    @Override
    public Tensor unsqueeze(int dim) {
        return run("unsqueeze", () -> JniUtils.unsqueeze(self(), dim), self());
    }

    @Override
    public Tensor squeeze(int dim) {
        return run("squeeze", () -> JniUtils.squeeze(self(), dim(dim)), self());
    }

    @Override
    public Tensor expand(long... shape) {
        return run("expand to " + Shapes.toString(shape), () -> JniUtils.broadcast(self(), new Shape(shape)), self());
    }

    @Override
    public Tensor narrow(int dim, long start, long length) {
        if (start < 0 || length < 0 || start + length > size(dim)) {
            throw new IllegalArgumentException("narrow: elements " + start + " to " + (start + length)
                    + " of dimension " + dim + " do not exist in the shape " + Shapes.toString(shape()));
        }
        return run("narrow", () -> JniUtils.slice(self(), dim(dim), start, start + length, 1), self());
    }

    @Override
    public Tensor add(Tensor other) {
        PtNDArray o = array(other);
        return run("add", () -> JniUtils.add(self(), o), self(), o);
    }

    @Override
    public Tensor add(double value) {
        return run("add", () -> JniUtils.add(self(), number(value)), self());
    }

    @Override
    public Tensor sub(Tensor other) {
        PtNDArray o = array(other);
        return run("sub", () -> JniUtils.sub(self(), o), self(), o);
    }

    @Override
    public Tensor mul(Tensor other) {
        PtNDArray o = array(other);
        return run("mul", () -> JniUtils.mul(self(), o), self(), o);
    }

    @Override
    public Tensor mul(double value) {
        return run("mul", () -> JniUtils.mul(self(), number(value)), self());
    }

    @Override
    public Tensor div(Tensor other) {
        PtNDArray o = array(other);
        return run("div", () -> JniUtils.div(self(), o), self(), o);
    }

    @Override
    public Tensor neg() {
        return run("neg", () -> JniUtils.neg(self()), self());
    }

    @Override
    public Tensor abs() {
        return run("abs", () -> JniUtils.abs(self()), self());
    }

    @Override
    public Tensor square() {
        return run("square", () -> JniUtils.square(self()), self());
    }

    @Override
    public Tensor sqrt() {
        return run("sqrt", () -> JniUtils.sqrt(self()), self());
    }

    @Override
    public Tensor exp() {
        PtNDArray x = precise().self();
        return run("exp", () -> JniUtils.exp(x), x);
    }

    @Override
    public Tensor log() {
        PtNDArray x = precise().self();
        return run("log", () -> JniUtils.log(x), x);
    }

    @Override
    public Tensor sin() {
        return run("sin", () -> JniUtils.sin(self()), self());
    }

    @Override
    public Tensor cos() {
        return run("cos", () -> JniUtils.cos(self()), self());
    }

    @Override
    public Tensor tanh() {
        return run("tanh", () -> JniUtils.tanh(self()), self());
    }

    @Override
    public Tensor sigmoid() {
        return run("sigmoid", () -> JniUtils.sigmoid(self()), self());
    }

    @Override
    public Tensor relu() {
        return run("relu", () -> JniUtils.relu(self()), self());
    }

    @Override
    public Tensor silu() {
        return script("silu");
    }

    @Override
    public Tensor gelu() {
        return run("gelu", () -> JniUtils.gelu(self()), self());
    }

    @Override
    public Tensor geluTanh() {
        return script("gelu_tanh");
    }

    @Override
    public Tensor quickGelu() {
        return script("quick_gelu");
    }

    @Override
    public Tensor clamp(double min, double max) {
        // DJL's own would make two tensors for the bounds and never free them
        return script("clamp", ops().number(min), ops().number(max));
    }

    @Override
    public Tensor sum() {
        PtNDArray x = precise().self();
        return run("sum", () -> JniUtils.sum(x), x);
    }

    @Override
    public Tensor sum(int dim, boolean keepDim) {
        PtNDArray x = precise().self();
        return run("sum", () -> JniUtils.sum(x, new long[] {dim(dim)}, keepDim), x);
    }

    @Override
    public Tensor mean() {
        PtNDArray x = precise().self();
        return run("mean", () -> JniUtils.mean(x), x);
    }

    @Override
    public Tensor mean(int dim, boolean keepDim) {
        PtNDArray x = precise().self();
        return run("mean", () -> JniUtils.mean(x, dim(dim), keepDim), x);
    }

    @Override
    public Tensor amax(int dim, boolean keepDim) {
        return run("amax", () -> JniUtils.max(self(), dim(dim), keepDim), self());
    }

    @Override
    public Tensor argmax(int dim) {
        if (rank() == 2 && dim(dim) == 1 && size(1) >= MANY) {
            return unrecorded(() -> script("argmax_rows"));
        }
        return run("argmax", () -> JniUtils.argMax(self(), dim(dim), false), self());
    }

    @Override
    public Tensor softmax(int dim) {
        PtNDArray x = precise().self();
        return run("softmax", () -> JniUtils.softmax(x, dim(dim), x.getDataType()), x);
    }

    @Override
    public Tensor logSoftmax(int dim) {
        PtNDArray x = precise().self();
        return run("logSoftmax", () -> JniUtils.logSoftmax(x, dim(dim), x.getDataType()), x);
    }

    @Override
    public Tensor matmul(Tensor other) {
        PtNDArray x = factor(this);
        PtNDArray o = factor(other);
        return run("matmul", () -> JniUtils.matmul(x, o), x, o);
    }

    @Override
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        PtNDArray x = factor(this);
        PtNDArray w = factor(weight);
        PtNDArray b = factorOrNull(bias);
        return run("linear", () -> JniUtils.linear(x, w, b), x, w);
    }

    @Override
    public Tensor conv2d(Tensor weight, @Nullable Tensor bias, int stride, int padding) {
        PtNDArray x = factor(this);
        PtNDArray w = factor(weight);
        PtNDArray b = factorOrNull(bias);
        Shape one = new Shape(1, 1);
        return run(
                "conv2d",
                () -> JniUtils.convolution(x, w, b, new Shape(stride, stride), new Shape(padding, padding), one, 1),
                x,
                w);
    }

    @Override
    public Tensor upsampleNearest(int scale) {
        return script("upsample_nearest", ops().number((long) scale));
    }

    @Override
    public Tensor pad2d(int left, int right, int top, int bottom) {
        TorchOps ops = ops();
        return script(
                "pad2d", ops.number((long) left), ops.number((long) right), ops.number((long) top), ops.number((long)
                        bottom));
    }

    @Override
    public Tensor avgPool2d(int kernel) {
        return script("avg_pool2d", ops().number((long) kernel));
    }

    @Override
    public Tensor scaledDotProductAttention(Tensor key, Tensor value, @Nullable Tensor mask, boolean causal) {
        if (causal && mask != null) {
            throw new IllegalArgumentException("scaledDotProductAttention: give either a mask or causal, not both");
        }
        if (size(2) == 1 && key.size(1) != size(1) && sameForAllHeads(mask)) {
            return oneQuery(key, value, mask);
        }
        TorchTensor q = engine.isInBfloat16() ? of(to(DType.BFLOAT16)) : this;
        PtNDArray k = factor(repeatHeads(key));
        PtNDArray v = factor(repeatHeads(value));
        if (mask != null) {
            return q.script("attention_masked", k, v, factor(mask));
        }
        return q.script(causal ? "attention_causal" : "attention", k, v);
    }

    private static boolean sameForAllHeads(@Nullable Tensor mask) {
        return mask == null || mask.rank() == 4 && mask.size(1) == 1;
    }

    /** With one query, the heads that share keys are the rows of one product, and no key is copied; the one query is the last, so it sees all. */
    private Tensor oneQuery(Tensor key, Tensor value, @Nullable Tensor mask) {
        requireSharedHeads(key);
        PtNDArray k = array(key);
        PtNDArray v = array(value);
        return mask == null
                ? script("attention_one_query", k, v)
                : script("attention_one_query_masked", k, v, array(mask));
    }

    private void requireSharedHeads(Tensor keyOrValue) {
        long heads = size(1);
        long kvHeads = keyOrValue.size(1);
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "scaledDotProductAttention: " + kvHeads + " key heads do not divide the " + heads + " query heads");
        }
    }

    private Tensor repeatHeads(Tensor keyOrValue) {
        long heads = size(1);
        long kvHeads = keyOrValue.size(1);
        if (kvHeads == heads) {
            return keyOrValue;
        }
        requireSharedHeads(keyOrValue);
        return of(keyOrValue).script("repeat_heads", ops().number(heads / kvHeads));
    }

    @Override
    public Tensor layerNorm(@Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        TorchTensor x = precise();
        if (weight == null || bias == null) {
            Tensor plain = x.script("layer_norm_plain", ops().number(eps));
            Tensor scaled = weight == null ? plain : plain.mul(weight);
            return bias == null ? scaled : scaled.add(bias);
        }
        return x.script("layer_norm", array(weight), array(bias), ops().number(eps));
    }

    @Override
    public Tensor rmsNorm(Tensor weight, double eps) {
        return precise().script("rms_norm", array(weight), ops().number(eps));
    }

    @Override
    public Tensor groupNorm(int groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        PtNDArray n = ops().number((long) groups);
        if (weight == null || bias == null) {
            if (weight != null || bias != null) {
                throw new IllegalArgumentException("groupNorm: give both weight and bias, or neither");
            }
            return precise().script("group_norm_plain", n, ops().number(eps));
        }
        return precise().script("group_norm", n, array(weight), array(bias), ops().number(eps));
    }

    @Override
    public Tensor rotary(Tensor cos, Tensor sin) {
        return script("rotary", array(cos), array(sin));
    }

    @Override
    public Tensor embedding(Tensor ids) {
        PtNDArray i = array(ids);
        return run("embedding", () -> JniUtils.embedding(i, self(), false), self(), i);
    }

    @Override
    public Tensor indexSelect(int dim, Tensor indices) {
        return script("index_select", ops().number((long) dim(dim)), array(indices));
    }

    @Override
    public Tensor gather(int dim, Tensor indices) {
        PtNDArray i = array(indices);
        return run("gather", () -> JniUtils.gather(self(), i, dim(dim)), self(), i);
    }

    @Override
    public Tensor where(Tensor condition, Tensor other) {
        PtNDArray c = array(condition);
        PtNDArray o = array(other);
        return run("where", () -> JniUtils.where(c, self(), o), self(), c, o);
    }

    @Override
    public Tensor eq(Tensor other) {
        PtNDArray o = array(other);
        return run("eq", () -> JniUtils.eq(self(), o), self(), o);
    }

    @Override
    public Tensor gt(Tensor other) {
        PtNDArray o = array(other);
        return run("gt", () -> JniUtils.gt(self(), o), self(), o);
    }

    @Override
    public Tensor crossEntropy(Tensor targets) {
        return precise().script("cross_entropy", array(targets));
    }

    @Override
    public Tensor logSumExp() {
        return unrecorded(() -> precise().script("log_sum_exp"));
    }

    @Override
    public void scaleRows(Tensor factors) {
        unrecorded(() -> script("scale_rows", array(factors))).close();
    }

    @Override
    public Tensor norm() {
        return precise().script("norm_rows");
    }

    @Override
    public void setScaledSoftmax(Tensor shift, Tensor factors) {
        unrecorded(() -> script("set_scaled_softmax", array(shift), array(factors)))
                .close();
    }

    @Override
    public void addAt(Tensor indices, Tensor values) {
        unrecorded(() -> script("add_at", array(indices), array(values))).close();
    }

    @Override
    public void addRowsAt(Tensor indices, Tensor rows) {
        unrecorded(() -> script("add_rows_at", array(indices), array(rows))).close();
    }

    @Override
    public Tensor to(DType dtype) {
        // DJL's own ends the process at bfloat16, and cuts the recorded graph
        boolean floating = self().getDataType().isFloating() || isBfloat16(self());
        if (floating && (dtype == DType.FLOAT32 || dtype == DType.FLOAT16 || dtype == DType.BFLOAT16)) {
            return script(dtype.name().toLowerCase(Locale.ROOT));
        }
        return run("to", () -> JniUtils.to(self(), dataType(dtype), engine.djlDevice()), self());
    }

    @Override
    public Tensor contiguous() {
        return script("contiguous");
    }

    @Override
    public Tensor channelsLast() {
        return script("channels_last");
    }

    @Override
    public Tensor detach() {
        return run("detach", () -> JniUtils.detachGradient(self()), self());
    }

    @Override
    public Tensor requiresGrad(boolean requiresGrad) {
        self().setRequiresGradient(requiresGrad);
        return this;
    }

    @Override
    public @Nullable Tensor grad() {
        PtNDArray gradient = JniUtils.getGradient(self());
        return gradient == null ? null : engine.wrap(gradient);
    }

    @Override
    public void zeroGrad() {
        // DJL can only fill a gradient with zeros, which an optimizer cannot tell from a gradient that is zero: so this
        // becomes a
        // new leaf on the same memory, and the old one is freed with its gradient
        PtNDArray old = self();
        try (PtNDArray gradient = JniUtils.getGradient(old)) {
            if (gradient == null) {
                return;
            }
        }
        boolean required = JniUtils.requiresGrad(old);
        array = JniUtils.detachGradient(old);
        array.setRequiresGradient(required);
        old.close();
    }

    @Override
    public void set(Tensor values) {
        unrecorded(() -> script("copy_to", array(values))).close();
    }

    private static Tensor unrecorded(Supplier<Tensor> call) {
        boolean recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try {
            return call.get();
        } finally {
            JniUtils.setGradMode(recording);
        }
    }

    @Override
    public Tensor write(int dim, long start, Tensor values) {
        TorchOps ops = ops();
        return unrecorded(() -> script("write_rows", ops.number((long) dim(dim)), ops.number(start), array(values)));
    }

    @Override
    public float[] toFloatArray() {
        if (self().getDataType() == DataType.FLOAT32) {
            return self().toFloatArray();
        }
        try (PtNDArray floats = JniUtils.to(self(), DataType.FLOAT32, ai.djl.Device.cpu())) {
            return floats.toFloatArray();
        }
    }

    @Override
    public long[] toLongArray() {
        if (dtype().isFloating()) {
            throw new IllegalArgumentException("toLongArray: the tensor holds " + dtype() + "; use toFloatArray()");
        }
        if (self().getDataType() == DataType.INT64) {
            return self().toLongArray();
        }
        try (PtNDArray longs = JniUtils.to(self(), DataType.INT64, ai.djl.Device.cpu())) {
            return longs.toLongArray();
        }
    }

    @Override
    public void close() {
        owner.disown(this);
        free();
    }

    @Override
    public void free() {
        array.close();
    }

    @Override
    public String toString() {
        return array.isReleased() ? "Tensor(freed)" : "Tensor(" + dtype() + " " + Shapes.toString(shape()) + ")";
    }
}

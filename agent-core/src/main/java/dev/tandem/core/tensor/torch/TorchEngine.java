package dev.tandem.core.tensor.torch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.tandem.core.tensor.AdamWStep;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.PackedMatrix;
import dev.tandem.core.tensor.PieceWriter;
import dev.tandem.core.tensor.Precision;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.TapeOptions;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Computes with libtorch, eagerly and with gradients.
 *
 * <p>DJL attaches each array to a manager that frees it. Here all arrays belong to DJL's system manager, which tracks nothing, and
 * {@link TorchScope} alone decides when one is freed: DJL's rule (a result belongs to the manager of its first operand) would leak every
 * {@code weight.mul(x)} into the life of the model.
 */
public final class TorchEngine implements TensorEngine {

    private static final ConcurrentMap<Device, TorchEngine> ENGINES = new ConcurrentHashMap<>();

    private static final int STAGING_BYTES = 1 << 22;

    /** Reused, because the memory of a direct buffer is returned only when the garbage collector gets to it. */
    private static final ThreadLocal<ByteBuffer> STAGING =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(STAGING_BYTES));

    private static final AtomicBoolean THREADS_SET = new AtomicBoolean();

    private final Device device;
    private final ai.djl.Device djlDevice;
    private final PtNDManager manager;
    private final TorchOps ops;
    private volatile @Nullable Boolean packs;
    private final ThreadLocal<Recording> recording = ThreadLocal.withInitial(Recording::new);

    /** What a thread records. */
    private static final class Recording {
        private @Nullable TorchTape tape;

        /** Whether products are computed in bfloat16 now. */
        private boolean bfloat16;
    }

    private TorchEngine(Device device) {
        this.device = device;
        this.djlDevice = device.kind() == Device.Kind.CPU ? ai.djl.Device.cpu() : ai.djl.Device.gpu(device.index());
        Engine engine = libtorch();
        if (device.kind() == Device.Kind.CUDA) {
            requireCuda(engine, device);
        }
        NDManager base = engine.newBaseManager(ai.djl.Device.cpu());
        this.manager = (PtNDManager) base.getParentManager();
        this.ops = new TorchOps(this, (PtNDManager) base);
    }

    private static void requireCuda(Engine engine, Device device) {
        if (!engine.hasCapability(StandardCapabilities.CUDA)) {
            throw new IllegalArgumentException("there is no " + device + ": this libtorch (" + engine.getVersion()
                    + ") computes on the CPU only; use the device cpu, or build with a CUDA build of libtorch ("
                    + "docs/troubleshooting.md#cuda)");
        }
        int count = engine.getGpuCount();
        if (device.index() >= count) {
            throw new IllegalArgumentException("there is no " + device + ": libtorch sees "
                    + (count == 0
                            ? "no CUDA device; check the driver with nvidia-smi, or use the device cpu"
                            : count == 1
                                    ? "one CUDA device, cuda:0"
                                    : count + " CUDA devices, cuda:0 to cuda:" + (count - 1)));
        }
    }

    /** The engine of the host's processor. */
    public static TorchEngine cpu() {
        return on(Device.CPU);
    }

    /**
     * The engine of a device; one per device and process.
     *
     * @throws IllegalArgumentException if libtorch does not see the device
     */
    public static TorchEngine on(Device device) {
        return ENGINES.computeIfAbsent(device, TorchEngine::new);
    }

    /** The version of libtorch. */
    public static String version() {
        return libtorch().getVersion();
    }

    /** How many threads an operation may use. */
    public static int threads() {
        libtorch();
        return JniUtils.getNumThreads();
    }

    /**
     * Sets how many threads an operation may use, for the process. Half of the processors at first, unless {@code OMP_NUM_THREADS} says otherwise: threads
     * that wait for one that gets no processor make an operation many times slower, and small models gain little from more.
     */
    public static void threads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread is needed, got " + threads);
        }
        libtorch();
        JniUtils.setNumThreads(threads);
    }

    /** libtorch, loaded and told how many threads to use when it is first needed. */
    private static Engine libtorch() {
        Engine engine = Engine.getEngine("PyTorch");
        if (!THREADS_SET.getAndSet(true)
                && System.getenv("OMP_NUM_THREADS") == null
                && Integer.getInteger("ai.djl.pytorch.num_threads") == null) {
            JniUtils.setNumThreads(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        }
        return engine;
    }

    @Override
    public String name() {
        return "torch";
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public int parallelism() {
        return device.kind() == Device.Kind.CPU
                ? Math.max(1, Runtime.getRuntime().availableProcessors() / threads())
                : 1;
    }

    @Override
    public Scope scope() {
        if (!TorchScope.isOpen()) {
            // both are settings of the thread: record only under a tape, and do not re-specialise TorchScript on new
            // shapes
            JniUtils.setGradMode(false);
            JniUtils.setGraphExecutorOptimize(false);
        }
        return TorchScope.open();
    }

    @Override
    public GradientTape gradientTape(TapeOptions options) {
        Recording own = recording.get();
        if (own.tape != null) {
            throw new IllegalStateException("a gradient tape is open on this thread already; close it first");
        }
        TorchTape tape = new TorchTape(options);
        own.tape = tape;
        JniUtils.setGradMode(true);
        return tape;
    }

    @Override
    public <T> T mixed(Supplier<T> work) {
        TorchTape tape = recording.get().tape;
        return inBfloat16(tape != null && tape.options.precision() == Precision.BFLOAT16, work);
    }

    /** Runs something with products in bfloat16, or without. */
    <T> T inBfloat16(boolean bfloat16, Supplier<T> work) {
        Recording own = recording.get();
        boolean before = own.bfloat16;
        own.bfloat16 = bfloat16;
        try {
            return work.get();
        } finally {
            own.bfloat16 = before;
        }
    }

    /** Whether products are computed in bfloat16 now. */
    boolean isInBfloat16() {
        return recording.get().bfloat16;
    }

    @Override
    public Tensor checkpointed(List<Tensor> inputs, Block block) {
        TorchTape tape = recording.get().tape;
        if (tape == null || !JniUtils.isGradMode() || tape.blocks.isRunning()) {
            return block.apply(inputs);
        }
        if (!tape.options.checkpointing()) {
            // gradients of one block's uses of an input are added up before those of others, as they are with
            // checkpointing
            return block.apply(inputs.stream().map(x -> x.reshape(x.shape())).toList());
        }
        return tape.blocks.run(inputs, block);
    }

    @Override
    public <T> T unrecorded(Supplier<T> work) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try {
            return work.get();
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    @Override
    public Tensor tensor(float[] values, long... shape) {
        ByteBuffer bytes = buffer(values.length, Float.BYTES, shape);
        bytes.asFloatBuffer().put(values);
        return copyOf(bytes, DType.FLOAT32, shape);
    }

    @Override
    public Tensor tensor(long[] values, long... shape) {
        ByteBuffer bytes = buffer(values.length, Long.BYTES, shape);
        bytes.asLongBuffer().put(values);
        return copyOf(bytes, DType.INT64, shape);
    }

    @Override
    public Tensor tensor(ByteBuffer bytes, DType dtype, long... shape) {
        long expected = Math.multiplyExact(Shapes.size(shape), dtype.bytes());
        if (bytes.remaining() != expected) {
            throw new IllegalArgumentException("tensor: " + dtype + " " + Shapes.toString(shape) + " needs " + expected
                    + " bytes, got " + bytes.remaining());
        }
        if (bytes.isDirect()) {
            return copyOf(bytes.slice(), dtype, shape);
        }
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining()).order(ByteOrder.nativeOrder());
        direct.put(bytes.duplicate()).flip();
        return copyOf(direct, dtype, shape);
    }

    private static ByteBuffer buffer(int length, int elementBytes, long[] shape) {
        if (Shapes.size(shape) != length) {
            throw new IllegalArgumentException(
                    "tensor: " + length + " values do not fill the shape " + Shapes.toString(shape));
        }
        int bytes = Math.multiplyExact(length, elementBytes);
        if (bytes > STAGING_BYTES) {
            return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        }
        return STAGING.get().clear().limit(bytes).slice().order(ByteOrder.nativeOrder());
    }

    /** libtorch reads the buffer in place, so the array is cloned before the buffer can be collected. */
    private Tensor copyOf(ByteBuffer bytes, DType dtype, long[] shape) {
        PtNDArray view = JniUtils.createNdFromByteBuffer(
                manager, bytes, new Shape(shape), TorchTensor.dataType(dtype), SparseFormat.DENSE, ai.djl.Device.cpu());
        try {
            return wrap(
                    device.kind() == Device.Kind.CPU
                            ? JniUtils.clone(view)
                            : JniUtils.to(view, TorchTensor.dataType(dtype), djlDevice));
        } finally {
            view.close();
            java.lang.ref.Reference.reachabilityFence(bytes);
        }
    }

    /** libtorch's memory is written in place by all cores: fresh pages are what takes the time. */
    @Override
    public Tensor written(DType dtype, PieceWriter writer, long... shape) {
        if (device.kind() != Device.Kind.CPU) {
            return TensorEngine.super.written(dtype, writer, shape);
        }
        Tensor whole = wrap(JniUtils.createEmptyNdArray(
                manager, new Shape(shape), TorchTensor.dataType(dtype), djlDevice, SparseFormat.DENSE));
        long elements = Shapes.size(shape);
        long atOnce = PIECE_BYTES / dtype.bytes();
        try (Scope scope = scope()) {
            Tensor flat = whole.reshape(elements);
            long perView = Integer.MAX_VALUE / PIECE_BYTES * atOnce; // a buffer has at most 2^31 bytes
            for (long first = 0; first < elements; first += perView) {
                long count = Math.min(perView, elements - first);
                long offset = first * dtype.bytes();
                ByteBuffer memory = JniUtils.getByteBuffer(TorchTensor.array(flat.narrow(0, first, count)), true);
                IntStream.range(0, (int) ((count + atOnce - 1) / atOnce))
                        .parallel()
                        .forEach(i -> {
                            int start = i * PIECE_BYTES;
                            int bytes = Math.min(PIECE_BYTES, memory.capacity() - start);
                            writer.write(memory.slice(start, bytes).order(ByteOrder.LITTLE_ENDIAN), offset + start);
                        });
            }
        }
        return whole;
    }

    @Override
    public Tensor zeros(DType dtype, long... shape) {
        return wrap(JniUtils.createZerosNdArray(
                manager, new Shape(shape), TorchTensor.dataType(dtype), djlDevice, SparseFormat.DENSE));
    }

    @Override
    public Tensor full(double value, long... shape) {
        return wrap(JniUtils.full(
                manager,
                new Shape(shape),
                value,
                ai.djl.ndarray.types.DataType.FLOAT32,
                djlDevice,
                SparseFormat.DENSE));
    }

    @Override
    public Tensor arange(long start, long end) {
        long[] values = new long[Math.toIntExact(Math.max(0, end - start))];
        for (int i = 0; i < values.length; i++) {
            values[i] = start + i;
        }
        return tensor(values, values.length);
    }

    @Override
    public Tensor cat(List<Tensor> tensors, int dim) {
        PtNDArray[] arrays = TorchTensor.arrays(tensors);
        return TorchTensor.guarded(this, "cat", () -> JniUtils.cat(arrays, dim), arrays);
    }

    @Override
    public Tensor stack(List<Tensor> tensors, int dim) {
        PtNDArray[] arrays = TorchTensor.arrays(tensors);
        return TorchTensor.guarded(this, "stack", () -> JniUtils.stack(arrays, dim), arrays);
    }

    @Override
    public void adamw(AdamWStep step) {
        if (!step.parameters().isEmpty()) {
            ops.adamw(step);
        }
    }

    @Override
    public double norm(List<Tensor> tensors) {
        return tensors.isEmpty() ? 0 : ops.norm(tensors);
    }

    @Override
    public void scale(List<Tensor> tensors, double factor) {
        if (!tensors.isEmpty()) {
            ops.scale(tensors, factor);
        }
    }

    @Override
    public void lerp(List<Tensor> targets, List<Tensor> values, double weight) {
        if (!targets.isEmpty()) {
            ops.lerp(targets, values, weight);
        }
    }

    @Override
    public boolean packs() {
        Boolean known = packs;
        if (known == null) {
            known = device.kind() == Device.Kind.CPU && canPack();
            packs = known;
        }
        return known;
    }

    /** FBGEMM, which does it, is part of libtorch on x86-64 only, and wants AVX2. */
    private boolean canPack() {
        try (Scope scope = scope()) {
            Tensor identity = tensor(new float[] {1, 0, 0, 1}, 2, 2);
            return TorchPackedMatrix.of(this, identity).linear(identity).sum().item() == 2;
        } catch (EngineException | IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public PackedMatrix pack(Tensor weight) {
        if (!packs()) {
            return TensorEngine.super.pack(weight);
        }
        TorchPackedMatrix matrix = TorchPackedMatrix.of(this, weight);
        TorchScope.current().own(matrix);
        return matrix;
    }

    TorchOps ops() {
        return ops;
    }

    ai.djl.Device djlDevice() {
        return djlDevice;
    }

    Tensor wrap(PtNDArray array) {
        TorchTensor tensor = new TorchTensor(this, array);
        TorchScope.current().own(tensor);
        return tensor;
    }

    private final class TorchTape implements GradientTape {

        private final TapeOptions options;
        private final RecomputedBlocks blocks = new RecomputedBlocks(TorchEngine.this);
        private boolean open = true;

        private TorchTape(TapeOptions options) {
            this.options = options;
        }

        @Override
        public void backward(Tensor loss) {
            backward(loss, false);
            blocks.backward();
        }

        @Override
        public void backward(Tensor output, Tensor gradient) {
            requireOpen();
            if (!Arrays.equals(output.shape(), gradient.shape())) {
                throw new IllegalArgumentException("a gradient has the shape of its tensor, got "
                        + Shapes.toString(gradient.shape()) + " for " + Shapes.toString(output.shape()));
            }
            if (ops.isRecorded(TorchTensor.array(output))) {
                JniUtils.backward(TorchTensor.array(output), TorchTensor.array(gradient), false, false);
                blocks.backward();
            }
        }

        private void requireOpen() {
            if (!open) {
                throw new IllegalStateException("the gradient tape is closed");
            }
        }

        @Override
        public void backwardKeepingGraph(Tensor loss) {
            if (options.checkpointing()) {
                throw new IllegalStateException("a tape with checkpointing keeps no graph for a second pass");
            }
            backward(loss, true);
        }

        private void backward(Tensor loss, boolean keepGraph) {
            requireOpen();
            if (Shapes.size(loss.shape()) != 1) {
                throw new IllegalArgumentException(
                        "backward starts at one number, got the shape " + Shapes.toString(loss.shape()));
            }
            PtNDArray array = TorchTensor.array(loss);
            if (TorchTensor.isBfloat16(array)) {
                throw new IllegalArgumentException("backward starts at a loss in float32; convert it with to(FLOAT32)");
            }
            try (PtNDArray one = JniUtils.onesLike(array, array.getDataType(), array.getDevice(), SparseFormat.DENSE)) {
                JniUtils.backward(array, one, keepGraph, false);
            }
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                recording.get().tape = null;
                JniUtils.setGradMode(false);
            }
        }
    }
}

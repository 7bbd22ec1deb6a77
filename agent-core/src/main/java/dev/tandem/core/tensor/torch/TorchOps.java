package dev.tandem.core.tensor.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.tandem.core.tensor.AdamWStep;
import dev.tandem.core.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The operations that DJL's NDArray does not have, reached through a TorchScript archive whose code is the text resource {@code ops.py}.
 *
 * <p>An archive is a zip with stored entries: a pickled object, its code, its constants and a version. {@code IValueUtils.forward} in
 * training mode records gradients and, with the grad mode off, does not; it takes tensors only, so numbers go in as scalar tensors.
 */
final class TorchOps {

    /** Few, because each is a small block that lives for ever amid large ones that come and go, and so fragments the native heap. */
    private static final int CACHED_NUMBERS = 128;

    private final TorchEngine engine;
    private final PtNDManager manager;
    private final PtSymbolBlock block;
    private final Map<String, PtNDArray> tags = new ConcurrentHashMap<>();
    private final Map<Number, PtNDArray> numbers = new ConcurrentHashMap<>();

    TorchOps(TorchEngine engine, PtNDManager manager) {
        this.engine = engine;
        this.manager = manager;
        try {
            this.block = JniUtils.loadModule(manager, new ByteArrayInputStream(archive(code())), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException("the TorchScript operations could not be loaded into libtorch", e);
        }
    }

    /** Calls a method of {@code ops.py}. */
    PtNDArray call(String method, PtNDArray... arguments) {
        NDList list = new NDList(arguments.length + 1);
        for (PtNDArray argument : arguments) {
            list.add(argument);
        }
        list.add(tags.computeIfAbsent(method, this::tag));
        return (PtNDArray) IValueUtils.forward(block, list, true).get(0);
    }

    /** A scalar tensor; those of a model's constants are made once. */
    PtNDArray number(double value) {
        return cached(value);
    }

    /** An int64 scalar tensor. */
    PtNDArray number(long value) {
        return cached(value);
    }

    private PtNDArray cached(Number value) {
        PtNDArray known = numbers.get(value);
        if (known != null) {
            return known;
        }
        if (numbers.size() >= CACHED_NUMBERS) {
            PtNDArray once = make(value);
            engine.wrap(once);
            return once;
        }
        return numbers.computeIfAbsent(value, this::make);
    }

    private PtNDArray make(Number value) {
        DataType type = value instanceof Long ? DataType.INT64 : DataType.FLOAT64;
        return JniUtils.full(manager, new Shape(), value.doubleValue(), type, Device.cpu(), SparseFormat.DENSE);
    }

    void adamw(AdamWStep step) {
        PtNDArray count = JniUtils.full(
                manager, new Shape(), step.step(), DataType.FLOAT32, engine.djlDevice(), SparseFormat.DENSE);
        PtNDArray[] counts = new PtNDArray[step.parameters().size()];
        Arrays.fill(counts, count);
        try {
            run(
                            "adamw",
                            list(step.parameters()),
                            list(step.gradients()),
                            list(step.firstMoments()),
                            list(step.secondMoments()),
                            IValue.listFrom(counts),
                            IValue.from(step.learningRate()),
                            IValue.from(step.beta1()),
                            IValue.from(step.beta2()),
                            IValue.from(step.weightDecay()),
                            IValue.from(step.eps()))
                    .close();
        } finally {
            count.close();
        }
    }

    /** Whether a tape has recorded how it was made, or it is a leaf that keeps its gradient. */
    boolean isRecorded(PtNDArray x) {
        try (IValue result = run("is_recorded", IValue.from(x))) {
            return result.toBoolean();
        }
    }

    double norm(List<Tensor> tensors) {
        try (IValue result = run("norm", list(tensors));
                PtNDArray norm = result.toTensor(manager)) {
            return norm.toFloatArray()[0];
        }
    }

    void scale(List<Tensor> tensors, double factor) {
        run("scale", list(tensors), IValue.from(factor)).close();
    }

    void lerp(List<Tensor> targets, List<Tensor> values, double weight) {
        run("lerp", list(targets), list(values), IValue.from(weight)).close();
    }

    /** Packs a float32 matrix; the result is closed by whoever asked. */
    IValue pack(PtNDArray weight) {
        return run("pack", IValue.from(weight));
    }

    PtNDArray packedLinear(PtNDArray x, IValue packed) {
        try (IValue input = IValue.from(x);
                IValue result = IValueUtils.runMethod(block, "packed_linear", input, packed)) {
            return result.toTensor(manager);
        }
    }

    private static IValue list(List<Tensor> tensors) {
        return IValue.listFrom(TorchTensor.arrays(tensors));
    }

    /** Calls a method that takes lists and plain numbers; no gradient is recorded, and the arguments are closed. */
    private IValue run(String method, IValue... arguments) {
        try {
            return IValueUtils.runMethod(block, method, arguments);
        } finally {
            for (IValue argument : arguments) {
                argument.close();
            }
        }
    }

    private PtNDArray tag(String method) {
        NDArray tag = manager.create(0f);
        tag.setName("module_method:" + method);
        return (PtNDArray) tag;
    }

    private static String code() throws IOException {
        try (InputStream in = TorchOps.class.getResourceAsStream("ops.py")) {
            if (in == null) {
                throw new IOException("ops.py is not on the class path beside " + TorchOps.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static byte[] archive(String code) throws IOException {
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        object.write(new byte[] {(byte) 0x80, 2});
        object.write("c__torch__\nOps\n".getBytes(StandardCharsets.US_ASCII));
        object.write(new byte[] {')', (byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
        object.write("training".getBytes(StandardCharsets.US_ASCII));
        object.write(new byte[] {(byte) 0x88, 'u', 'b', '.'});
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            store(zip, "ops/data.pkl", object.toByteArray());
            store(zip, "ops/code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
            store(zip, "ops/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            store(zip, "ops/version", "10\n".getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}

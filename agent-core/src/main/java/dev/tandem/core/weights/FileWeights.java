package dev.tandem.core.weights;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Weights from safetensors files. F16, BF16 and types of 8 bits become float32 while they are read, unless types are to be kept; each tensor is read
 * when it is asked for, so loading takes the model's memory and little more.
 */
public final class FileWeights implements WeightSource {

    private enum Use {
        FLOATS,
        AS_STORED,
        PACKED
    }

    /** What compressed-tensors and DeepSeek's files put after the key of a matrix. */
    private static final List<String> SCALES = List.of("_scale", "_scale_inv");

    private final TensorEngine engine;
    private final Map<String, Safetensors> files;
    private final String name;
    private final Use use;

    private FileWeights(TensorEngine engine, Map<String, Safetensors> files, String name, Use use) {
        this.engine = engine;
        this.files = files;
        this.name = name;
        this.use = use;
    }

    /**
     * The weights of one file.
     *
     * @throws WeightException if it is missing or damaged
     */
    public static FileWeights open(TensorEngine engine, Path file) {
        return open(engine, List.of(file));
    }

    /**
     * The weights of several files, which share no key.
     *
     * @throws WeightException if one is missing or damaged, or two hold the same key
     */
    public static FileWeights open(TensorEngine engine, List<Path> files) {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("weights need at least one file");
        }
        Map<String, Safetensors> byKey = new LinkedHashMap<>();
        for (Path file : files) {
            Safetensors tensors = Safetensors.open(file);
            for (String key : tensors.keys()) {
                Safetensors other = byKey.putIfAbsent(key, tensors);
                if (other != null) {
                    throw new WeightException(JsonFile.shortened(key) + " lies in " + other.file() + " and in " + file
                            + "; keep the files of one checkpoint only");
                }
            }
        }
        return new FileWeights(
                engine, byKey, files.stream().map(Path::toString).collect(Collectors.joining(", ")), Use.FLOATS);
    }

    /** The weights of a checkpoint in several files, by its {@code model.safetensors.index.json}. */
    static FileWeights sharded(TensorEngine engine, WeightIndex index) {
        Map<String, Safetensors> opened = new LinkedHashMap<>();
        Map<String, Safetensors> byKey = new LinkedHashMap<>();
        index.fileByKey().forEach((key, file) -> {
            Safetensors tensors = opened.computeIfAbsent(file, f -> Safetensors.open(index.shard(f)));
            if (!tensors.has(key)) {
                throw new WeightException(tensors.file() + " has no tensor " + key + ", which " + index.file()
                        + " says it holds; copy both again");
            }
            byKey.put(key, tensors);
        });
        return new FileWeights(engine, byKey, index.file().toString(), Use.FLOATS);
    }

    /** The same weights, leaving float16 as it is where the default is float32. */
    public FileWeights keepingTypes() {
        return new FileWeights(engine, files, name, Use.AS_STORED);
    }

    /** The same weights for a model that is not trained: matrices that are stored in 16 bits or fewer are kept in 16 bits, where the
     * engine can. */
    public FileWeights packing() {
        return new FileWeights(engine, files, name, Use.PACKED);
    }

    @Override
    public boolean packs(String key) {
        if (use != Use.PACKED || !engine.packs()) {
            return false;
        }
        DType stored = file(key, "").dtype(key);
        return stored.isFloating() && stored.bytes() <= Short.BYTES;
    }

    /** All keys. */
    public Set<String> keys() {
        return Collections.unmodifiableSet(files.keySet());
    }

    /** The shape of a key's tensor in the file. */
    public long[] shape(String key) {
        return file(key, "").shape(key);
    }

    @Override
    public boolean has(String key) {
        return files.containsKey(key);
    }

    @Override
    public Tensor get(String key, Init init, long... shape) {
        Safetensors file = file(key, ", for which the configuration asks " + Shapes.toString(shape));
        long[] found = file.shape(key);
        if (!Arrays.equals(found, shape)) {
            throw new WeightException(file.file() + " holds " + key + " with the shape " + Shapes.toString(found)
                    + ", the configuration asks for " + Shapes.toString(shape)
                    + "; weights and config.json belong to different models");
        }
        DType stored = file.dtype(key);
        if (!stored.isFloating()) {
            throw new WeightException(
                    file.file() + " holds " + key + " as " + stored + "; the weights of a layer are floating numbers");
        }
        if (stored.bytes() == 1) {
            refuseScaled(file, key);
        }
        return use == Use.AS_STORED ? file.read(engine, key) : file.read(engine, key, DType.FLOAT32);
    }

    /** Matrices of 8 bits are often stored with a factor beside them, without which they are wrong. */
    private void refuseScaled(Safetensors file, String key) {
        for (String scale : SCALES) {
            if (has(key + scale)) {
                throw new WeightException(file.file() + " holds " + JsonFile.shortened(key)
                        + " in 8 bits with a factor in " + JsonFile.shortened(key + scale)
                        + ", which Tandem does not read; convert it to F16 or BF16");
            }
        }
    }

    private Safetensors file(String key, String wanted) {
        Safetensors file = files.get(key);
        if (file == null) {
            throw new WeightException(name + " has no tensor " + key + wanted + "; it holds " + files.size()
                    + " tensors"
                    + files.keySet().stream()
                            .limit(3)
                            .map(JsonFile::shortened)
                            .collect(Collectors.joining(", ", " (", files.size() > 3 ? ", …)" : ")")));
        }
        return file;
    }
}

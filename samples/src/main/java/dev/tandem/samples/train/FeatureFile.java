package dev.tandem.samples.train;

import dev.tandem.core.file.Sha256;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Safetensors;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.core.weights.WeightException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a frozen network made, on disk: making it takes minutes, and a run may be taken up many times. The file says what it was made from, and
 * is not read for anything else; one that is damaged counts as not there.
 *
 * @param file where it lies
 * @param madeFrom network and inputs, with the digests of both
 */
record FeatureFile(Path file, String madeFrom) {

    private static final Logger LOG = LoggerFactory.getLogger(FeatureFile.class);
    private static final String MADE_FROM = "made_from";
    private static final String DIGEST = "sha256";
    private static final int NAME_DIGITS = 20;
    private static final int PIECE = 1 << 16;

    /** A file in a folder, under a name made from what it is made from. */
    static FeatureFile in(Path folder, String kind, String madeFrom) {
        String name = Sha256.hex(madeFrom);
        return new FeatureFile(folder.resolve(kind + "-" + name.substring(0, NAME_DIGITS) + ".safetensors"), madeFrom);
    }

    /** What the file keeps, float32, in the current scope; null if it is not there, was made from something else, or is damaged. */
    @Nullable
    Map<String, Tensor> read(TensorEngine engine) {
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try {
            Safetensors kept = Safetensors.open(file);
            if (!madeFrom.equals(kept.metadata().get(MADE_FROM))) {
                return null;
            }
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            kept.keys().stream().sorted().forEach(key -> tensors.put(key, kept.read(engine, key)));
            if (digest(tensors).equals(kept.metadata().get(DIGEST))) {
                return tensors;
            }
            LOG.warn("{} is damaged: its values are not those that were written; they are made again", file);
        } catch (WeightException e) {
            LOG.warn("{} is damaged and made again: {}", file, e.getMessage());
        }
        return null;
    }

    /** Keeps float32 tensors. */
    void write(Map<String, Tensor> tensors) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            RunFiles.folder(folder);
        }
        Map<String, String> about = new LinkedHashMap<>();
        about.put(MADE_FROM, madeFrom);
        about.put(DIGEST, digest(tensors));
        SafetensorsWriter.create().metadata(about).write(file, tensors);
    }

    private static String digest(Map<String, Tensor> tensors) {
        MessageDigest digest = Sha256.digest();
        new TreeMap<>(tensors).forEach((key, tensor) -> {
            float[] values = tensor.contiguous().toFloatArray();
            ByteBuffer bytes = ByteBuffer.allocate(PIECE * Float.BYTES);
            for (int start = 0; start < values.length; start += PIECE) {
                int count = Math.min(PIECE, values.length - start);
                bytes.clear().asFloatBuffer().put(values, start, count);
                digest.update(bytes.limit(count * Float.BYTES));
            }
        });
        return hex(digest.digest());
    }

    /** SHA-256 of the weights of a network in a folder. */
    static String digestOfWeights(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return digestOf(files.filter(each -> each.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the weights in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** SHA-256 of the bytes of files, one after the other. */
    static String digestOf(List<Path> files) {
        MessageDigest digest = Sha256.digest();
        byte[] piece = new byte[PIECE];
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                    digest.update(piece, 0, count);
                }
                digest.update(ByteBuffer.allocate(Long.BYTES)
                        .putLong(Files.size(file))
                        .flip());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
            }
        }
        return hex(digest.digest());
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

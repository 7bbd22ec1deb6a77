package dev.tandem.samples.train;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Safetensors;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.diffusion.train.EncodedPictures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Encoded pictures on disk: encoding takes minutes, and a run may be taken up many times. The file says which pictures and which
 * autoencoder it was made from, and is not read for others.
 */
record LatentsFile(Path file, String madeFrom) {

    private static final String LATENTS = "latents";
    private static final String MADE_FROM = "made_from";

    /**
     * The file for these pictures.
     *
     * @param vae folder of the autoencoder that encodes them
     */
    static LatentsFile of(Path file, ScenePictures pictures, Path vae) {
        return new LatentsFile(file, pictures + " by " + digest(vae));
    }

    /** What the file keeps, or null if it is not there or was made from something else. */
    @Nullable
    EncodedPictures read(TensorEngine engine) {
        if (!Files.isRegularFile(file)) {
            return null;
        }
        Safetensors kept = Safetensors.open(file);
        if (!madeFrom.equals(kept.metadata().get(MADE_FROM)) || !kept.has(LATENTS)) {
            return null;
        }
        try (Scope scope = engine.scope()) {
            return EncodedPictures.of(kept.read(engine, LATENTS));
        }
    }

    void write(TensorEngine engine, EncodedPictures pictures) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            RunFiles.folder(folder);
        }
        try (Scope scope = engine.scope()) {
            SafetensorsWriter.create()
                    .metadata(Map.of(MADE_FROM, madeFrom))
                    .write(file, Map.of(LATENTS, pictures.toTensor(engine)));
        }
    }

    private static String digest(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> weights = files.filter(each -> each.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path each : weights) {
                digest.update(Files.readAllBytes(each));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the autoencoder in " + folder, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

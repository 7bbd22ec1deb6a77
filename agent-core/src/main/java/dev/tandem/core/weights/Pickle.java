package dev.tandem.core.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Recognises PyTorch's pickle files, which can run any code when they are read and so are never read here. */
final class Pickle {

    private static final List<String> ENDINGS = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle");
    private static final int ZIP = 0x04034b50;
    private static final int PROTOCOL = 0x80;

    private Pickle() {}

    /** Whether a file's name says so. */
    static boolean named(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(name::endsWith);
    }

    static void refuse(Path file) {
        if (named(file)) {
            throw refusal(file);
        }
    }

    /** Refuses by the first bytes, little-endian: a zip archive, or pickle's protocol mark with a version of 2 to 5. */
    static void refuse(Path file, ByteBuffer start) {
        int version = start.get(1);
        if (start.getInt(0) == ZIP
                || ((start.get(0) & 0xff) == PROTOCOL && version >= 2 && version <= 5 && start.get(7) != 0)) {
            throw refusal(file);
        }
    }

    static WeightException refusal(Path file) {
        return new WeightException(file + " is a pickle file, which can run code when it is read;"
                + " convert it to safetensors (in Python: model.save_pretrained(folder, safe_serialization=True))");
    }
}

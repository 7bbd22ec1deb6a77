package dev.tandem.core.hub;

import dev.tandem.core.file.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Models that were fetched, each in a folder OWNER/NAME. A model is built up in a hidden folder beside its place, which gets its name when all
 * files are there: a folder in the store is whole. Safe for use by several processes, of which the last wins.
 */
public final class ModelStore {

    private static final String HIDDEN = ".";
    private static final List<String> NOT_READ = List.of(
            ".bin",
            ".pt",
            ".pth",
            ".ckpt",
            ".h5",
            ".msgpack",
            ".ot",
            ".onnx",
            ".onnx_data",
            ".pb",
            ".tflite",
            ".mlmodel",
            ".gguf",
            ".jpg",
            ".jpeg",
            ".png",
            ".gif",
            ".webp",
            ".mp4",
            ".gitattributes",
            ".gitignore",
            ".zip",
            ".tar",
            ".gz");

    private final Path root;

    public ModelStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** {@code tandem.models} (a system property), else {@code XDG_DATA_HOME/tandem/models}, else {@code ~/.local/share/tandem/models}. */
    public static ModelStore ofUser() {
        String property = System.getProperty("tandem.models");
        if (property != null && !property.isBlank()) {
            return new ModelStore(Path.of(property));
        }
        String xdg = System.getenv("XDG_DATA_HOME");
        Path base = xdg != null && !xdg.isBlank()
                ? Path.of(xdg)
                : Path.of(System.getProperty("user.home"), ".local", "share");
        return new ModelStore(base.resolve("tandem").resolve("models"));
    }

    public Path root() {
        return root;
    }

    /** The folder of a model, if it is there. */
    public Optional<Path> find(ModelName name) {
        Path folder = root.resolve(name.owner()).resolve(name.name());
        return Files.isDirectory(folder) ? Optional.of(folder) : Optional.empty();
    }

    /** All models, by name. */
    public List<ModelName> list() {
        List<ModelName> names = new ArrayList<>();
        for (Path owner : folders(root)) {
            for (Path model : folders(owner)) {
                names.add(new ModelName(name(owner), name(model)));
            }
        }
        return names;
    }

    private static List<Path> folders(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(Files::isDirectory)
                    .filter(entry -> !name(entry).startsWith(HIDDEN))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + parent + ": " + e.getMessage(), e);
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    /** What of a model is fetched. */
    public enum Variant {
        /** The weights as they are. */
        FULL,
        /** In half precision, where the model offers that. */
        FP16
    }

    /**
     * Fetches a model, or what is missing of it.
     *
     * @param revision branch, tag or commit
     * @return its folder
     * @throws HubException if something can't be fetched; what has come is kept for the next time
     */
    public Path pull(Hub hub, ModelName name, String revision, Variant variant, PullListener listener) {
        List<HubFile> files = needed(hub.files(name, revision), variant);
        if (files.stream().noneMatch(file -> file.name().endsWith(".safetensors"))) {
            throw new HubException(
                    name + " has no weights as safetensors, and other formats are not read: a pickle is a program");
        }
        Path target = root.resolve(name.owner()).resolve(name.name());
        Path hidden = target.resolveSibling(HIDDEN + name.name() + ".partial");
        try {
            Files.createDirectories(hidden);
            takeOver(target, hidden, files);
            List<HubFile> missing = files.stream()
                    .filter(file -> !isThere(hidden.resolve(file.path()), file))
                    .toList();
            listener.started(
                    missing.size(), missing.stream().mapToLong(HubFile::bytes).sum());
            for (HubFile file : missing) {
                Path place = hidden.resolve(file.path());
                Files.createDirectories(place.getParent());
                hub.download(name, revision, file, place, listener);
            }
            Folders.delete(target);
            Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
            return target;
        } catch (IOException e) {
            throw new HubException(
                    "cannot write to " + root + ": " + e.getMessage()
                            + "; choose another folder with -Dtandem.models=FOLDER",
                    e);
        }
    }

    /** Files that an earlier pull of this model brought are not fetched again. */
    private static void takeOver(Path target, Path hidden, List<HubFile> files) throws IOException {
        for (HubFile file : files) {
            Path old = target.resolve(file.path());
            Path place = hidden.resolve(file.path());
            if (file.sha256().isPresent() && isThere(old, file) && !Files.exists(place)) {
                Files.createDirectories(place.getParent());
                Files.copy(old, place);
            }
        }
    }

    private static boolean isThere(Path place, HubFile file) {
        try {
            return Files.isRegularFile(place) && Files.size(place) == file.bytes();
        } catch (IOException e) {
            return false;
        }
    }

    /** What Tandem reads: safetensors in one precision, configurations, tokenizers, cards. */
    static List<HubFile> needed(List<HubFile> all, Variant variant) {
        boolean pipeline = all.stream().anyMatch(file -> file.path().equals("model_index.json"));
        List<HubFile> read = all.stream()
                .filter(file -> !file.endsIn(NOT_READ) && !file.name().startsWith(HIDDEN))
                .filter(file -> !(pipeline && file.atTop() && file.name().endsWith(".safetensors")))
                .filter(file -> !file.name().contains("non_ema"))
                .toList();
        List<HubFile> half = read.stream().filter(ModelStore::isHalf).toList();
        List<HubFile> full = read.stream().filter(file -> !isHalf(file)).toList();
        List<HubFile> chosen = new ArrayList<>(full);
        if (variant == Variant.FP16) {
            // a folder that has half precision needs no other
            chosen.removeIf(file -> isWeight(file)
                    && half.stream().anyMatch(other -> folder(other).equals(folder(file))));
            chosen.addAll(half);
        } else {
            half.stream()
                    .filter(file -> full.stream()
                            .noneMatch(other -> isWeight(other) && folder(other).equals(folder(file))))
                    .forEach(chosen::add);
        }
        chosen.sort(Comparator.comparing(HubFile::path));
        return chosen;
    }

    private static boolean isHalf(HubFile file) {
        return file.name().contains(".fp16.");
    }

    private static boolean isWeight(HubFile file) {
        return file.name().endsWith(".safetensors") || file.name().endsWith(".safetensors.index.json");
    }

    private static String folder(HubFile file) {
        int slash = file.path().lastIndexOf('/');
        return slash < 0 ? "" : file.path().substring(0, slash);
    }

    /**
     * Removes a model, and what is left of one that was not fetched to the end.
     *
     * @return whether there was something
     */
    public boolean remove(ModelName name) {
        Path target = root.resolve(name.owner()).resolve(name.name());
        Path hidden = target.resolveSibling(HIDDEN + name.name() + ".partial");
        boolean there = Files.exists(target) || Files.exists(hidden);
        try {
            Folders.delete(target);
            Folders.delete(hidden);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + target + ": " + e.getMessage(), e);
        }
        return there;
    }

    /** Bytes of all files of a model. */
    public long bytes(ModelName name) {
        long[] sum = {0};
        find(name).ifPresent(folder -> {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    sum[0] += Files.size(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
            }
        });
        return sum[0];
    }
}

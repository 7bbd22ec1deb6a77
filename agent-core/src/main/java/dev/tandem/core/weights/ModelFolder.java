package dev.tandem.core.weights;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.tensor.TensorEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A model, or one component of it, as a folder in the Hugging Face layout: {@code config.json} beside its weights, and components
 * ({@code llm}, {@code tokenizer}, {@code text_encoder}, {@code unet}, {@code vae}, {@code scheduler}) as sub-folders.
 *
 * <pre>{@code
 * ModelFolder model = ModelFolder.of(Path.of("stable-diffusion"));
 * ModelFolder unet = model.component("unet");
 * JsonNode config = unet.config();
 * FileWeights weights = unet.weights(engine);
 * }</pre>
 */
public final class ModelFolder {

    private static final List<String> STEMS =
            List.of("model", "diffusion_pytorch_model", "adapter_model", "pytorch_lora_weights");
    private static final String ENDING = ".safetensors";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}");

    private final Path path;

    private ModelFolder(Path path) {
        this.path = path;
    }

    /**
     * A folder on disk.
     *
     * @throws WeightException if there is no such folder
     */
    public static ModelFolder of(Path path) {
        if (!Files.isDirectory(path)) {
            throw new WeightException(
                    Files.exists(path) ? path + " is a file, not a model folder" : "there is no model folder " + path);
        }
        return new ModelFolder(path);
    }

    /**
     * A folder on the class path, such as the default model in its jar. From a jar it is unpacked once, into a cache folder named by
     * its content: {@code tandem.cache} (a system property), else {@code XDG_CACHE_HOME/tandem}, else {@code ~/.cache/tandem}.
     *
     * @param loader finds it
     * @param resource name of the folder, such as {@code dev/tandem/models/default}
     * @throws WeightException if it is not on the class path, or cannot be unpacked
     */
    public static ModelFolder onClassPath(ClassLoader loader, String resource) {
        return of(ClassPathFolder.locate(loader, resource, ClassPathFolder.defaultCache()));
    }

    public Path path() {
        return path;
    }

    /** Whether there is a sub-folder of this name. */
    public boolean hasComponent(String name) {
        return Files.isDirectory(path.resolve(plain(name)));
    }

    /**
     * A sub-folder.
     *
     * @throws WeightException if the model has none of this name
     */
    public ModelFolder component(String name) {
        if (!hasComponent(name)) {
            throw new WeightException(
                    "the model folder " + path + " has no component " + name + " (a sub-folder of that name)");
        }
        return new ModelFolder(path.resolve(name));
    }

    /** A file of this folder, if it is there. */
    public Optional<Path> file(String name) {
        Path file = path.resolve(plain(name));
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    /**
     * The content of {@code config.json}.
     *
     * @throws WeightException if it is missing or damaged
     */
    public JsonNode config() {
        return json("config.json");
    }

    /**
     * The content of a JSON file, such as {@code scheduler_config.json}.
     *
     * @throws WeightException if it is missing or damaged, or holds no JSON object
     */
    public JsonNode json(String name) {
        return JsonFile.read(path.resolve(plain(name)));
    }

    /**
     * The weights beside {@code config.json}: {@code model.safetensors} or {@code diffusion_pytorch_model.safetensors}, whole or in
     * shards, else the {@code fp16} variant of one of them.
     *
     * @throws WeightException if there are none, or only pickle files, or they are damaged
     */
    public FileWeights weights(TensorEngine engine) {
        for (String stem : STEMS) {
            Optional<Path> whole = file(stem + ENDING);
            if (whole.isPresent()) {
                return FileWeights.open(engine, whole.get());
            }
            Optional<Path> index = file(stem + ENDING + ".index.json");
            if (index.isPresent()) {
                return FileWeights.sharded(engine, WeightIndex.read(index.get()));
            }
        }
        for (String stem : STEMS) {
            Optional<Path> whole = file(stem + ".fp16" + ENDING);
            if (whole.isPresent()) {
                return FileWeights.open(engine, whole.get());
            }
            Optional<Path> index = file(stem + ENDING + ".index.fp16.json");
            if (index.isPresent()) {
                return FileWeights.sharded(engine, WeightIndex.read(index.get()));
            }
        }
        throw noWeights();
    }

    private WeightException noWeights() {
        for (String stem : STEMS) {
            Path whole = path.resolve(stem + ENDING);
            if (Files.exists(whole, LinkOption.NOFOLLOW_LINKS)) {
                return new WeightException(whole
                        + (Files.isDirectory(whole)
                                ? " is a folder, not a safetensors file"
                                : " is a link that leads to no file; copy the file itself"));
            }
        }
        try (Stream<Path> entries = Files.list(path)) {
            Optional<Path> pickle = entries.filter(Pickle::named).sorted().findFirst();
            if (pickle.isPresent()) {
                return Pickle.refusal(pickle.get());
            }
        } catch (IOException e) {
            return new WeightException("cannot read the folder " + path + " (" + e + ")", e);
        }
        return new WeightException("there are no weights in " + path
                + ": neither model.safetensors nor diffusion_pytorch_model.safetensors");
    }

    /** Names come from callers and from files: they stay inside the folder. */
    private static String plain(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new WeightException(
                    "'" + JsonFile.shortened(name) + "' is not the plain name of a file or folder in a model folder");
        }
        return name;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}

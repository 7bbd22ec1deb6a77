package dev.tandem.diffusion.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.core.weights.WeightException;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTextConfig;
import dev.tandem.diffusion.unet.UNetConfig;
import dev.tandem.diffusion.vae.VaeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the components of a Stable Diffusion pipeline in the layout of diffusers, each whole or not at all. The tokenizer's files are
 * written by whoever trained it.
 */
public final class DiffusersWriter {

    private static final String CONFIG = "config.json";
    private static final String DIFFUSERS = "diffusers";
    private static final String TRANSFORMERS = "transformers";

    private final Path folder;
    private final SafetensorsWriter weights;

    private DiffusersWriter(Path folder, SafetensorsWriter weights) {
        this.folder = folder;
        this.weights = weights;
    }

    /**
     * Writes into a folder.
     *
     * @param folder made if it is missing
     * @param dtype how weights are stored: {@code FLOAT32}, or {@code FLOAT16} in half the space
     */
    public static DiffusersWriter into(Path folder, DType dtype) {
        return new DiffusersWriter(folder, SafetensorsWriter.create().floatsAs(dtype));
    }

    /** Writes {@code vae/}. */
    public DiffusersWriter vae(VaeConfig config, Map<String, Tensor> parameters) {
        return component("vae", VaeConfigFile.write(config), "diffusion_pytorch_model", parameters);
    }

    /** Writes {@code unet/}. */
    public DiffusersWriter unet(UNetConfig config, Map<String, Tensor> parameters) {
        return component("unet", UNetConfigFile.write(config), "diffusion_pytorch_model", parameters);
    }

    /** Writes {@code text_encoder/}. */
    public DiffusersWriter textEncoder(ClipTextConfig config, Map<String, Tensor> parameters) {
        return component("text_encoder", ClipTextConfigFile.write(config), "model", parameters);
    }

    /** Writes {@code scheduler/}. */
    public DiffusersWriter scheduler(Scheduler scheduler) {
        json(made("scheduler").resolve("scheduler_config.json"), SchedulerFile.write(scheduler));
        return this;
    }

    /**
     * Writes {@code model_index.json}.
     *
     * @param scheduler the one that was written
     */
    public DiffusersWriter index(Scheduler scheduler) {
        ObjectNode json = Fields.JSON.createObjectNode();
        json.put("_class_name", "StableDiffusionPipeline");
        part(json, "feature_extractor", null, null);
        part(json, "image_encoder", null, null);
        json.put("requires_safety_checker", false);
        part(json, "safety_checker", null, null);
        part(json, "scheduler", DIFFUSERS, SchedulerFile.className(scheduler));
        part(json, "text_encoder", TRANSFORMERS, "CLIPTextModel");
        part(json, "tokenizer", TRANSFORMERS, "CLIPTokenizer");
        part(json, "unet", DIFFUSERS, "UNet2DConditionModel");
        part(json, "vae", DIFFUSERS, "AutoencoderKL");
        made("");
        json(folder.resolve("model_index.json"), json);
        return this;
    }

    private static void part(ObjectNode json, String name, @Nullable String library, @Nullable String type) {
        json.putArray(name).add(library).add(type);
    }

    private DiffusersWriter component(String name, JsonNode config, String stem, Map<String, Tensor> parameters) {
        Path component = made(name);
        weights.write(component.resolve(stem + ".safetensors"), parameters);
        json(component.resolve(CONFIG), config);
        return this;
    }

    private Path made(String name) {
        Path component = folder.resolve(name);
        try {
            return Files.createDirectories(component);
        } catch (IOException e) {
            throw new WeightException("cannot make the folder " + component + " (" + e + ")", e);
        }
    }

    private static void json(Path file, JsonNode json) {
        try {
            Path hidden =
                    Files.createTempFile(file.toAbsolutePath().getParent(), "." + file.getFileName() + ".", ".tmp");
            try {
                String text = Fields.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
                Files.writeString(hidden, text);
                hidden.toFile().setReadable(true, false);
                Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(hidden);
            }
        } catch (IOException e) {
            throw new WeightException("cannot write " + file + " (" + e + ")", e);
        }
    }
}

package dev.tandem.diffusion.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What {@code model_index.json} says of a folder in the layout of diffusers: which pipeline it is, and of which components. */
public final class PipelineIndex {

    /** The file's name. */
    public static final String FILE = "model_index.json";

    private static final int CLASS = 1;

    private final JsonNode json;

    private PipelineIndex(JsonNode json) {
        this.json = json;
    }

    /**
     * Reads a folder's file.
     *
     * @throws WeightException if there is none, or it is damaged
     */
    public static PipelineIndex read(ModelFolder folder) {
        if (folder.file(FILE).isEmpty()) {
            throw new WeightException(folder + " is no folder of a diffusion pipeline: it has no " + FILE
                    + ", which names the pipeline and its components");
        }
        return new PipelineIndex(folder.json(FILE));
    }

    /** Whether a folder's file names a pipeline; false for whatever can't be read. */
    static boolean names(Path folder, String pipeline) {
        try {
            return Files.isDirectory(folder)
                    && read(ModelFolder.of(folder)).pipeline().equals(pipeline);
        } catch (WeightException e) {
            return false;
        }
    }

    /** The class of the pipeline, such as {@code StableDiffusionPipeline}; empty where the file does not say. */
    public String pipeline() {
        return json.path("_class_name").asText("");
    }

    /** Whether the pipeline has a component of this name. */
    public boolean has(String component) {
        return json.path(component).path(CLASS).isTextual();
    }

    /** Whether it names a component as left out ({@code [null, null]}). */
    boolean leavesOut(String component) {
        return json.has(component) && !has(component);
    }
}

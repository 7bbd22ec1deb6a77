package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.vision.ImageProcessor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.vision.ClipVisionConfig;
import dev.tandem.diffusion.vision.SafetyChecker;
import java.nio.file.Path;
import java.util.List;

/**
 * A safety checker in the layout of diffusers: {@code safety_checker/} and {@code feature_extractor/} in the folder of a pipeline, or a folder of
 * its own, in which {@code preprocessor_config.json} may lie too.
 */
public final class SafetyCheckerFolder {

    /** The component's name in a pipeline's folder. */
    public static final String COMPONENT = "safety_checker";

    private static final String ARCHITECTURE = "StableDiffusionSafetyChecker";
    private static final String PREPROCESSOR = "preprocessor_config.json";

    private final ModelFolder folder;
    private final ModelFolder extractor;
    private final Config config;

    /**
     * Sizes of the networks.
     *
     * @param vision without a projection
     * @param width of the vectors that are compared
     */
    private record Config(ClipVisionConfig vision, int width) {}

    private SafetyCheckerFolder(ModelFolder folder, ModelFolder extractor) {
        this.folder = folder;
        this.extractor = extractor;
        this.config = Components.checked(
                folder.path(), () -> Fields.read(folder.path().resolve("config.json"), SafetyCheckerFolder::config));
    }

    /**
     * The checker in a folder.
     *
     * @param path of a pipeline with {@code safety_checker/}, or of a checker
     * @throws WeightException if there is none, or its configuration can't be read
     */
    public static SafetyCheckerFolder of(Path path) {
        ModelFolder folder = ModelFolder.of(path);
        if (folder.hasComponent(COMPONENT)) {
            ModelFolder checker = folder.component(COMPONENT);
            return new SafetyCheckerFolder(
                    checker,
                    folder.hasComponent("feature_extractor") ? folder.component("feature_extractor") : checker);
        }
        if (folder.file("config.json").isEmpty()) {
            throw new WeightException("there is no safety checker: neither " + path.resolve(COMPONENT) + " nor "
                    + path.resolve("config.json") + " is there; Stable Diffusion 1 is published with one");
        }
        return new SafetyCheckerFolder(folder, folder);
    }

    private static Config config(Fields f) {
        List<String> architectures = f.texts("architectures", List.of(ARCHITECTURE));
        if (!architectures.contains(ARCHITECTURE)) {
            throw new IllegalArgumentException(
                    "it describes " + String.join(", ", architectures) + ", which is no " + ARCHITECTURE);
        }
        ClipVisionConfig vision = ClipModelFolder.vision(f);
        if (vision.projectionDim() == 0) {
            throw new IllegalArgumentException("it has no vision_config, and so is no " + ARCHITECTURE);
        }
        return new Config(vision.withoutProjection(), vision.projectionDim());
    }

    /**
     * Loads the networks; matrices stay in 16 bits where they are stored so.
     *
     * @throws WeightException if the weights are missing, damaged or do not fit
     */
    public SafetyChecker checker(TensorEngine engine) {
        return Components.checked(
                folder.path(),
                () -> build(engine, config, folder.weights(engine).packing()));
    }

    private static SafetyChecker build(TensorEngine engine, Config config, WeightSource weights) {
        Scope scope = engine.scope();
        try {
            int width = config.width();
            int care = SafetyChecker.SPECIAL_CARE;
            int concepts = SafetyChecker.CONCEPTS;
            SafetyChecker.Layers layers = new SafetyChecker.Layers(
                    ClipVisionLoader.build(engine, config.vision(), weights.at("vision_model")),
                    Linear.load(
                            weights,
                            "visual_projection",
                            config.vision().hiddenSize(),
                            width,
                            false,
                            Init.normal(1 / Math.sqrt(width))),
                    weights.get("special_care_embeds", Init.ones(), care, width),
                    weights.get("concept_embeds", Init.ones(), concepts, width),
                    weights.get("special_care_embeds_weights", Init.ones(), care),
                    weights.get("concept_embeds_weights", Init.ones(), concepts));
            return new SafetyChecker(layers, scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    /**
     * How pictures are made into what it takes: as {@code preprocessor_config.json} says, or as CLIP does where there is none.
     *
     * @throws WeightException if the file is damaged, or makes pictures of another size
     */
    public ImageProcessor processor() {
        int side = config.vision().imageSize();
        if (extractor.file(PREPROCESSOR).isEmpty()) {
            return ImageProcessor.clip(side);
        }
        ImageProcessor processor = ImageProcessor.read(extractor);
        ImageProcessor.Size made = processor.crop() == null ? processor.size() : processor.crop();
        if (made == null || made.shortest() || made.height() != side || made.width() != side) {
            throw new WeightException(extractor.path().resolve(PREPROCESSOR) + " does not make every picture " + side
                    + " x " + side + " pixels, which " + folder + " takes; the two do not belong together");
        }
        return processor;
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}

package dev.tandem.core.agent;

import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.BridgeStage;
import dev.tandem.core.stage.BridgeStageFactory;
import dev.tandem.core.stage.ImageStage;
import dev.tandem.core.stage.ImageStageFactory;
import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.stage.LanguageStageFactory;
import dev.tandem.core.stage.StageContext;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The three stages in the order of the data, with the configuration that joins them.
 *
 * @param config names the agent and its markers
 * @param ownsLanguage whether the language model is closed with the others
 */
record Stages(AgentConfig config, LanguageStage language, BridgeStage bridge, ImageStage image, boolean ownsLanguage)
        implements AutoCloseable {

    /**
     * Loads a model folder with the stages that the class path offers.
     *
     * @param languageModel another language model than the one in the model folder, which then need not have any; null for that one
     * @param imageModel another folder with the diffusion model, which then draws as it does alone; null for the one in the model folder
     */
    static Stages load(
            Path path, @Nullable LanguageStage languageModel, @Nullable Path imageModel, TensorEngine engine) {
        ModelFolder folder = ModelFolder.of(path);
        AgentConfig config = AgentConfig.read(path);
        Path images = imageModel == null ? path : imageModel;
        String pipeline = ModelFolder.of(images)
                .json("model_index.json")
                .path("_class_name")
                .asText("");
        StageContext imageContext = new StageContext(images, config, engine);
        LanguageStage language =
                languageModel == null ? language(folder, new StageContext(path, config, engine)) : languageModel;
        try {
            ImageStage image = find(
                            ImageStageFactory.class,
                            f -> f.supports(imageContext),
                            ImageStageFactory::name,
                            pipeline.isEmpty() ? "image model" : "image model " + pipeline,
                            images)
                    .create(imageContext);
            try {
                AgentConfig drawn = imageModel == null ? config : config.withImage(image.defaults());
                AgentConfig used = languageModel == null ? drawn : drawn.withLanguage(language.defaults());
                return new Stages(used, language, bridge(config, language, image), image, languageModel == null);
            } catch (RuntimeException e) {
                image.close();
                throw e;
            }
        } catch (RuntimeException e) {
            if (languageModel == null) {
                language.close();
            }
            throw e;
        }
    }

    private static LanguageStage language(ModelFolder folder, StageContext context) {
        // read for the error alone: a configuration that is missing or damaged would look like an unknown architecture
        folder.component("llm").config();
        return find(
                        LanguageStageFactory.class,
                        f -> f.supports(context),
                        LanguageStageFactory::name,
                        "language model",
                        context.folder())
                .create(context);
    }

    private static BridgeStage bridge(AgentConfig config, LanguageStage language, ImageStage image) {
        AgentConfig.Bridge bridge = config.bridge();
        return all(BridgeStageFactory.class).stream()
                .filter(f -> f.supports(bridge))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                AgentConfig.FILE + " asks for a bridge with the matrix '" + bridge.matrix()
                                        + "', which nothing on the class path knows; known to tandem-agent-bridge are sentence, word, lexical and none"))
                .create(bridge, language.captionDecoder(), image.captionTokenizer());
    }

    private static <F> F find(
            Class<F> type, Predicate<F> supports, Function<F, String> name, String what, Path folder) {
        List<F> all = all(type);
        return all.stream()
                .filter(supports)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("nothing on the class path can run the " + what + " in "
                        + folder + "; "
                        + (all.isEmpty()
                                ? "add the module that brings one (tandem-agent-llm, tandem-agent-diffusion)"
                                : "known are " + all.stream().map(name).sorted().collect(Collectors.joining(", ")))));
    }

    private static <F> List<F> all(Class<F> type) {
        return ServiceLoader.load(type).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    @Override
    public void close() {
        try {
            image.close();
        } finally {
            if (ownsLanguage) {
                language.close();
            }
        }
    }
}

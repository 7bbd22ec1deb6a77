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
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The three stages in the order of the data, with the configuration that joins them.
 *
 * @param config names the agent and its markers
 */
record Stages(AgentConfig config, LanguageStage language, BridgeStage bridge, ImageStage image) implements AutoCloseable {

    /** Loads a model folder with the stages that the class path offers. */
    static Stages load(Path folder, TensorEngine engine) {
        AgentConfig config = AgentConfig.read(folder);
        StageContext context = new StageContext(folder, config, engine);
        LanguageStage language = find(
                        LanguageStageFactory.class, f -> f.supports(context), LanguageStageFactory::name, "language model", folder)
                .create(context);
        try {
            ImageStage image = find(ImageStageFactory.class, f -> f.supports(context), ImageStageFactory::name, "image model", folder)
                    .create(context);
            try {
                BridgeStage bridge = find(
                                BridgeStageFactory.class,
                                f -> f.supports(config.bridge()),
                                f -> f.getClass().getSimpleName(),
                                "bridge '" + config.bridge().matrix() + "'",
                                folder)
                        .create(config.bridge(), language.captionDecoder(), image.captionTokenizer());
                return new Stages(config, language, bridge, image);
            } catch (RuntimeException e) {
                image.close();
                throw e;
            }
        } catch (RuntimeException e) {
            language.close();
            throw e;
        }
    }

    private static <F> F find(Class<F> type, Predicate<F> supports, Function<F, String> name, String what, Path folder) {
        List<F> all = ServiceLoader.load(type).stream().map(ServiceLoader.Provider::get).toList();
        return all.stream().filter(supports).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "nothing on the class path can run the " + what + " in " + folder + "; "
                        + (all.isEmpty()
                                ? "add the module that brings one (tandem-agent-llm, tandem-agent-bridge, tandem-agent-diffusion)"
                                : "known are " + all.stream().map(name).sorted().collect(Collectors.joining(", ")))));
    }

    @Override
    public void close() {
        try (language; image) {
            // closed in reverse order, the second even if the first fails
        }
    }
}

package dev.tandem.core.agent;

import dev.tandem.core.safety.CaptionGuard;
import dev.tandem.core.safety.ImageGuard;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.ImageStage;
import dev.tandem.core.stage.LanguageOptions;
import org.jspecify.annotations.Nullable;

/**
 * What the builder collected; null leaves the choice to the model folder.
 *
 * @param seed null for a fresh one each time
 * @param modelGuard whether the model's own guard looks at pictures too
 */
record AgentSettings(
        @Nullable Long seed,
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer maxNewTokens,
        @Nullable Integer maxPhotosPerTurn,
        @Nullable Integer steps,
        @Nullable Double guidance,
        @Nullable String negativePrompt,
        @Nullable Integer width,
        @Nullable Integer height,
        int maxMessageLength,
        int memoryTokens,
        boolean describeFiles,
        AgentListener listener,
        AgentObserver observer,
        StageRunner runner,
        CaptionGuard captionGuard,
        ImageGuard imageGuard,
        boolean modelGuard) {

    long seedOrFresh() {
        return seed == null ? Seeds.fresh() : seed;
    }

    LanguageOptions language(LanguageOptions model) {
        return new LanguageOptions(
                or(maxNewTokens, model.maxNewTokens()),
                or(temperature, model.temperature()),
                or(topP, model.topP()),
                model.seed(),
                or(maxPhotosPerTurn, model.maxCaptions()),
                model.maxCaptionTokens());
    }

    ImageOptions image(ImageOptions model) {
        return new ImageOptions(
                or(steps, model.steps()),
                or(guidance, model.guidance()),
                or(negativePrompt, model.negativePrompt()),
                model.seed(),
                or(width, model.width()),
                or(height, model.height()));
    }

    /** Who looks at pictures: the one that was set, and the model's own. */
    ImageGuard guard(ImageStage stage) {
        return modelGuard ? imageGuard.and(stage.guard().orElse(ImageGuard.NONE)) : imageGuard;
    }

    private static <T> T or(@Nullable T set, T otherwise) {
        return set == null ? otherwise : set;
    }
}

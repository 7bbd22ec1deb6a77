package dev.tandem.spring;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an application says about its agent. All may be left out: what is not set is the model folder's choice, and the model is the embedded default.
 *
 * @param enabled Whether there is an agent at all; tests that need none switch it off.
 * @param model Name of a model on the class path, or path of a model folder.
 * @param imageModel Path of a Stable Diffusion folder in the layout of diffusers, which draws instead of the model's own.
 * @param device Where to compute: cpu, cuda or cuda:N.
 * @param seed Makes answers and photos repeatable; fresh if not set.
 * @param temperature Divides the language model's logits; 0 takes the likeliest token each time.
 * @param topP Share of probability from which tokens are drawn, above 0 and up to 1.
 * @param maxNewTokens Most tokens of an answer, captions included.
 * @param maxPhotosPerTurn Most photos of an answer; 0 for an agent that only talks.
 * @param steps Steps of the diffusion sampler.
 * @param guidance Weight of the caption over no caption.
 * @param negativePrompt What photos are pushed away from; needs a guidance above 1.
 * @param width Width of photos in pixels; with the height, or neither.
 * @param height Height of photos in pixels; with the width, or neither.
 * @param maxMessageLength Longest message that is read, in characters.
 * @param memoryTokens Most tokens of a dialogue that are shown to the model; what its context holds if not set.
 * @param describeFiles Whether the files of photos tell caption and seed.
 * @param safety What stands before and behind the diffusion model.
 * @param chatMemory Conversations in the application's database.
 */
@ConfigurationProperties("tandem")
public record TandemProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("default") String model,
        @Nullable String imageModel,
        @DefaultValue("cpu") String device,
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
        @DefaultValue("4000") int maxMessageLength,
        @Nullable Integer memoryTokens,
        @DefaultValue("false") boolean describeFiles,
        @DefaultValue Safety safety,
        @DefaultValue ChatMemory chatMemory) {

    /**
     * What stands before and behind the diffusion model, beside the application's {@code CaptionGuard} and {@code ImageGuard} beans.
     *
     * @param englishWords Whether Tandem's list of English words reads captions, where the application has no CaptionGuard.
     * @param blockedWords Words and phrases whose captions are not drawn, beside the English ones.
     * @param modelGuard Whether the safety checker in the model's folder looks at pictures, where there is one.
     */
    public record Safety(
            @DefaultValue("true") boolean englishWords,
            @DefaultValue List<String> blockedWords,
            @DefaultValue("true") boolean modelGuard) {}

    /**
     * LangChain4j's chat memory in the application's database.
     *
     * @param enabled Whether conversations are kept in the application's database, in tables that are made where they are missing.
     * @param maxTokens Most tokens of a conversation that are kept; what is older is forgotten.
     */
    public record ChatMemory(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("400") int maxTokens) {}
}

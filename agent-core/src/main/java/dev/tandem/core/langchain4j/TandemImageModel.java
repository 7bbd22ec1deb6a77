package dev.tandem.core.langchain4j;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.image.ImageModel;
import dev.langchain4j.model.output.Response;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.LangChain4jMessages;
import dev.tandem.core.safety.WithheldException;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The agent's diffusion model as an image model of LangChain4j: draws what it is told, without the language model deciding. Pictures are PNG files in base64, their
 * caption is {@link Image#revisedPrompt()}.
 *
 * <p>Safe to use from several threads.
 */
public final class TandemImageModel implements ImageModel, AutoCloseable {

    private static final int MAX_PICTURES = 10;

    private final PhotoSharingAgent agent;
    private final boolean ownsAgent;
    private final ImageOptions options;
    private final Random seeds;

    private TandemImageModel(PhotoSharingAgent agent, boolean ownsAgent, ImageOptions options, Random seeds) {
        this.agent = agent;
        this.ownsAgent = ownsAgent;
        this.options = options;
        this.seeds = seeds;
    }

    /** Starts from the embedded default; everything may be left as it is. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Response<Image> generate(String prompt) {
        return Response.from(draw(prompt));
    }

    /**
     * Draws several pictures, each from noise of its own.
     *
     * @param n 1 to 10
     */
    @Override
    public Response<List<Image>> generate(String prompt, int n) {
        if (n < 1 || n > MAX_PICTURES) {
            throw new InvalidRequestException("1 to " + MAX_PICTURES + " pictures are drawn at a time, got " + n);
        }
        return Response.from(IntStream.range(0, n).mapToObj(i -> draw(prompt)).toList());
    }

    private Image draw(String prompt) {
        ImageOptions each = options.toBuilder().seed(seeds.nextLong()).build();
        try {
            return LangChain4jMessages.toLangChain4j(agent.draw(prompt, each, new Cancellation(), ImageListener.NONE));
        } catch (WithheldException e) {
            throw new ContentFilteredException(String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Frees the weights, unless they belong to an agent that was given. */
    @Override
    public void close() {
        if (ownsAgent) {
            agent.close();
        }
    }

    /** Collects what the model is made from; what is not set is the model folder's choice. */
    public static final class Builder {

        private @Nullable PhotoSharingAgent agent;
        private String modelName = "default";
        private @Nullable Integer steps;
        private @Nullable Double guidance;
        private @Nullable String negativePrompt;
        private @Nullable Integer width;
        private @Nullable Integer height;
        private @Nullable Long seed;

        private Builder() {}

        /** An agent of yours, which stays open when the model is closed; instead of {@link #modelName}. */
        public Builder agent(@Nullable PhotoSharingAgent agent) {
            this.agent = agent;
            return this;
        }

        /** A model by its name, such as {@code default}, or the path of a model folder. */
        public Builder modelName(String modelName) {
            this.modelName = modelName;
            return this;
        }

        /** Steps of the diffusion sampler. */
        public Builder steps(@Nullable Integer steps) {
            this.steps = steps;
            return this;
        }

        /** Weight of the caption over no caption. */
        public Builder guidance(@Nullable Double guidance) {
            this.guidance = guidance;
            return this;
        }

        /** What pictures are pushed away from, such as {@code blurry}; needs a guidance above 1. */
        public Builder negativePrompt(@Nullable String negativePrompt) {
            this.negativePrompt = negativePrompt;
            return this;
        }

        /** Size in pixels; the model's own if not set. */
        public Builder size(int width, int height) {
            this.width = width;
            this.height = height;
            return this;
        }

        /** Makes the sequence of pictures repeatable; fresh if not set. */
        public Builder seed(@Nullable Long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Loads the weights, unless an agent is given.
         *
         * @throws IllegalArgumentException if there is no such model, or a setting lies outside its bounds
         * @throws dev.tandem.core.weights.WeightException if a file of the model is missing, damaged or does not fit
         */
        public TandemImageModel build() {
            boolean own = agent == null;
            PhotoSharingAgent used =
                    agent == null ? PhotoSharingAgent.builder().model(modelName).build() : agent;
            try {
                return new TandemImageModel(
                        used,
                        own,
                        options(used.imageOptions()),
                        new Random(seed == null ? new SplittableRandom().nextLong() : seed));
            } catch (IllegalArgumentException e) {
                if (own) {
                    used.close();
                }
                throw e;
            }
        }

        private ImageOptions options(ImageOptions model) {
            ImageOptions.Builder options = model.toBuilder();
            if (steps != null) {
                options.steps(steps);
            }
            if (guidance != null) {
                options.guidance(guidance);
            }
            if (negativePrompt != null) {
                options.negativePrompt(negativePrompt);
            }
            if (width != null && height != null) {
                options.width(width).height(height);
            }
            return options.build();
        }
    }
}

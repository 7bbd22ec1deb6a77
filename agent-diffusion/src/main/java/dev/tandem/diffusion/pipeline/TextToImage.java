package dev.tandem.diffusion.pipeline;

import dev.tandem.core.safety.ImageGuard;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.ImageStage;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.diffusion.load.PipelineIndex;
import dev.tandem.diffusion.load.StableDiffusion3Folder;
import dev.tandem.diffusion.load.StableDiffusionFolder;
import dev.tandem.diffusion.schedule.SchedulerName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A published text-to-image model: a folder of Stable Diffusion 1, 2, 3 or 3.5 in the layout of diffusers.
 *
 * <pre>{@code
 * try (TextToImage model = TextToImage.load(TorchEngine.cpu(), Path.of("stable-diffusion-v1-5"))) {
 *     ImageOptions options = model.defaults().toBuilder().negativePrompt("blurry").seed(7).build();
 *     Picture picture = model.draw("a red car in the snow", options);
 *     Files.write(Path.of("car.png"), PngFile.encode(picture, "my program", Instant.now(), null));
 * }
 * }</pre>
 *
 * <p>Latents and pictures equal those of diffusers' {@code StableDiffusionPipeline} and {@code StableDiffusion3Pipeline} for the same
 * noise; the noise of a seed is another, as its generator is Java's. Safe to use from several threads.
 *
 * <p>Pictures come as they are drawn: unlike diffusers' pipeline it blackens none. {@link #guard} is what the folder has to check them; an agent over
 * {@link #stage} asks it before anybody sees a picture.
 */
public final class TextToImage implements AutoCloseable {

    /**
     * How a folder is loaded.
     *
     * @param scheduler which makes the steps of Stable Diffusion 1 and 2, with what the folder says of the noise; null for the folder's
     *     own
     * @param t5Tokens tokens of a prompt that Stable Diffusion 3 gives to T5 ({@code max_sequence_length}), from 1 to 512
     */
    public record Settings(@Nullable SchedulerName scheduler, int t5Tokens) {

        /** The folder's scheduler and 256 tokens. */
        public static final Settings DEFAULT = new Settings(null, 256);

        private static final int MOST_T5_TOKENS = 512;

        public Settings {
            if (t5Tokens < 1 || t5Tokens > MOST_T5_TOKENS) {
                throw new IllegalArgumentException(
                        "T5 is given from 1 to " + MOST_T5_TOKENS + " tokens of a prompt, not " + t5Tokens);
            }
        }

        /** The default, with another scheduler than the folder's; null for the folder's. */
        public static Settings scheduler(@Nullable SchedulerName scheduler) {
            return new Settings(scheduler, DEFAULT.t5Tokens);
        }
    }

    /** Longest prompt in characters; text encoders read a few hundred. */
    public static final int MAX_PROMPT = 10_000;

    /** Most pictures of one call. */
    public static final int MAX_PICTURES = 1000;

    private static final ImageOptions STABLE_DIFFUSION =
            ImageOptions.builder().steps(50).guidance(7.5).build();
    private static final ImageOptions STABLE_DIFFUSION_3 =
            ImageOptions.builder().steps(28).guidance(7).build();

    private final TensorEngine engine;
    private final DiffusionPipeline pipeline;
    private final PromptTokenizers tokenizers;
    private final ImageOptions defaults;
    private final FolderGuard guard;
    private final List<String> notes;

    private TextToImage(
            TensorEngine engine,
            DiffusionPipeline pipeline,
            PromptTokenizers tokenizers,
            ImageOptions defaults,
            FolderGuard guard,
            List<String> notes) {
        this.engine = engine;
        this.pipeline = pipeline;
        this.tokenizers = tokenizers;
        this.defaults = defaults;
        this.guard = guard;
        this.notes = List.copyOf(notes);
    }

    /**
     * Loads a model with the scheduler that its folder names.
     *
     * @param folder with {@code model_index.json}
     * @throws WeightException if the folder holds another kind of pipeline, or a file is missing, damaged or does not fit
     */
    public static TextToImage load(TensorEngine engine, Path folder) {
        return load(engine, folder, Settings.DEFAULT);
    }

    /**
     * Loads a model.
     *
     * @param folder with {@code model_index.json}
     * @throws WeightException as {@link #load(TensorEngine, Path)}
     * @throws IllegalArgumentException if a scheduler is chosen for Stable Diffusion 3, which has only flow matching
     */
    public static TextToImage load(TensorEngine engine, Path folder, Settings settings) {
        SchedulerName scheduler = settings.scheduler();
        ModelFolder files = ModelFolder.of(folder);
        String kind = PipelineIndex.read(files).pipeline();
        return switch (kind) {
            case StableDiffusionFolder.PIPELINE ->
                stableDiffusion(engine, new StableDiffusionFolder(engine, files), scheduler);
            case StableDiffusion3Folder.PIPELINE -> {
                if (scheduler != null) {
                    throw new IllegalArgumentException("the scheduler " + scheduler.label()
                            + " is for Stable Diffusion 1 and 2; " + folder
                            + " holds Stable Diffusion 3, which is drawn"
                            + " by flow matching");
                }
                yield stableDiffusion3(engine, new StableDiffusion3Folder(engine, files), settings.t5Tokens());
            }
            default ->
                throw new WeightException(folder + " holds "
                        + (kind.isEmpty() ? "a pipeline without a _class_name" : "the pipeline " + kind)
                        + ", which is not supported; " + StableDiffusionFolder.PIPELINE
                        + " (Stable Diffusion 1 and 2) and " + StableDiffusion3Folder.PIPELINE + " (3 and 3.5) are");
        };
    }

    private static TextToImage stableDiffusion(
            TensorEngine engine, StableDiffusionFolder folder, @Nullable SchedulerName scheduler) {
        return Loading.of(folder, parts -> {
            DiffusionPipeline pipeline =
                    parts.add(StableDiffusionPipeline.load(engine, folder, folder.scheduler(scheduler)));
            return new TextToImage(
                    engine,
                    pipeline,
                    parts.add(PromptTokenizers.load(folder, pipeline)),
                    STABLE_DIFFUSION,
                    new FolderGuard(engine, folder.safetyChecker().orElse(null)),
                    folder.notes());
        });
    }

    private static TextToImage stableDiffusion3(TensorEngine engine, StableDiffusion3Folder folder, int t5Tokens) {
        return Loading.of(folder, parts -> {
            DiffusionPipeline pipeline = parts.add(StableDiffusion3Pipeline.load(engine, folder));
            return new TextToImage(
                    engine,
                    pipeline,
                    parts.add(PromptTokenizers.load(folder, pipeline, t5Tokens)),
                    STABLE_DIFFUSION_3,
                    new FolderGuard(engine, null),
                    folder.notes());
        });
    }

    /** Steps and guidance as in diffusers, the model's own size, seed 0. */
    public ImageOptions defaults() {
        return defaults;
    }

    /** What is in the folder and is not used, or not as it says: sentences for people. */
    public List<String> notes() {
        return notes;
    }

    /**
     * The folder's safety checker, which blocks what it flags; none where the folder has none. {@link #draw} does not ask it. Loaded when it is first
     * asked for, and closed with this model.
     *
     * @throws WeightException if a file of it is missing, damaged or does not fit
     */
    public Optional<ImageGuard> guard() {
        return guard.get();
    }

    /** The networks, for callers with latents or token ids of their own. */
    public DiffusionPipeline pipeline() {
        return pipeline;
    }

    /** Draws with {@link #defaults}. */
    public Picture draw(String prompt) {
        return draw(prompt, defaults);
    }

    /** Draws one picture. */
    public Picture draw(String prompt, ImageOptions options) {
        return draw(prompt, options, new Cancellation(), ImageListener.NONE);
    }

    /**
     * Draws one picture.
     *
     * @param prompt what to draw; may be empty
     * @param options such as {@link #defaults} with another seed; without a size, the model's own
     * @param cancellation asked before each step
     * @param listener hears each finished step, and what is left out of a prompt that is too long
     * @throws IllegalArgumentException if the prompt is longer than {@link #MAX_PROMPT}, or the model cannot draw this size
     * @throws dev.tandem.core.stage.CancelledException if cancelled
     */
    public Picture draw(String prompt, ImageOptions options, Cancellation cancellation, ImageListener listener) {
        return draw(prompt, 1, options, cancellation, listener).get(0);
    }

    /**
     * Draws several pictures one after the other, from the options' seed, the next one, and so on: each can be drawn again alone.
     *
     * @param pictures how many, up to {@link #MAX_PICTURES}
     */
    public List<Picture> draw(
            String prompt, int pictures, ImageOptions options, Cancellation cancellation, ImageListener listener) {
        if (pictures < 1 || pictures > MAX_PICTURES) {
            throw new IllegalArgumentException("from 1 to " + MAX_PICTURES + " pictures are drawn, not " + pictures);
        }
        Painter painter = new Painter(engine, pipeline);
        painter.shape(options);
        try (Scope scope = engine.scope()) {
            cancellation.check();
            Prompt given = encode(List.of(prompt), listener);
            Prompt negative =
                    Painter.settings(options).guided() ? encode(List.of(options.negativePrompt()), listener) : null;
            List<Picture> drawn = new ArrayList<>();
            for (int i = 0; i < pictures; i++) {
                ImageOptions own = options.toBuilder().seed(options.seed() + i).build();
                drawn.add(painter.draw(given, negative, own, cancellation, listener));
            }
            return drawn;
        }
    }

    /**
     * Encodes prompts, for {@link DiffusionPipeline#denoise}; the result belongs to the scope that is current now.
     *
     * @param prompts B texts
     * @param listener hears what is left out of those that are too long
     */
    public Prompt encode(List<String> prompts, ImageListener listener) {
        for (String prompt : prompts) {
            if (prompt.length() > MAX_PROMPT) {
                throw new IllegalArgumentException(String.format(
                        "the prompt has %,d characters; at most %,d are read, please shorten it",
                        prompt.length(), MAX_PROMPT));
            }
        }
        return pipeline.encode(tokenizers.ids(engine, prompts, listener));
    }

    /** This model as the image stage of an agent ({@code PhotoSharingAgent.Builder.stages}); closing either closes both. */
    public ImageStage stage() {
        return new StableDiffusionStage(engine, pipeline, tokenizers, defaults, guard);
    }

    @Override
    public void close() {
        guard.close();
        pipeline.close();
        tokenizers.close();
    }
}

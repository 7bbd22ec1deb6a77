package dev.tandem.core.agent;

import dev.tandem.core.caption.Caption;
import dev.tandem.core.caption.CaptionMarkup;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.safety.CaptionGuard;
import dev.tandem.core.safety.ImageGuard;
import dev.tandem.core.safety.Verdict;
import dev.tandem.core.safety.WithheldException;
import dev.tandem.core.safety.WordListGuard;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.BridgeStage;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.ImageStage;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.stage.LanguageUsage;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.vision.PngFile;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent that talks and, when a photo says it better, draws one (Guo et al., "An End-to-End Model for Photo-Sharing Multi-Modal
 * Dialogue Generation"): language model, bridge, diffusion model.
 *
 * <pre>{@code
 * try (PhotoSharingAgent agent = PhotoSharingAgent.builder().model("default").build()) {
 *     Conversation conversation = agent.conversation();
 *     Reply reply = conversation.say("What did you see on your trip?");
 *     System.out.println(reply.text());
 *     for (Photo photo : reply.photos()) {
 *         Files.write(Path.of("photo.png"), photo.png());
 *     }
 * }
 * }</pre>
 *
 * <p>Safe to use from several threads; memory of a request is freed when it ends. {@link #close} frees the weights after the requests
 * that are under way were cancelled and have ended.
 */
public final class PhotoSharingAgent implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PhotoSharingAgent.class);

    private final AgentSettings settings;
    private final Stages stages;
    private final boolean ownsStages;
    private final DialogueWindow window;
    private final LanguageOptions language;
    private final ImageOptions image;
    private final ImageGuard imageGuard;
    private final Requests requests = new Requests();
    private final String tool;

    private PhotoSharingAgent(AgentSettings settings, Stages stages, boolean ownsStages) {
        this.settings = settings;
        this.stages = stages;
        this.ownsStages = ownsStages;
        AgentConfig config = stages.config();
        language = settings.language(config.language());
        image = settings.image(config.image());
        int context = stages.language().contextLength();
        if (language.maxNewTokens() >= context) {
            throw new IllegalArgumentException("maxNewTokens is " + language.maxNewTokens()
                    + ", but question and answer together have at most " + context + " tokens with this model");
        }
        CaptionMarkup markup =
                new CaptionMarkup(config.markers().begin(), config.markers().end());
        window = new DialogueWindow(stages.language(), markup, settings.memoryTokens());
        imageGuard = settings.guard(stages.image());
        if (imageGuard == ImageGuard.NONE) {
            LOG.warn(
                    "no image guard is set: pictures are shown as they are drawn; PhotoSharingAgent.builder().imageGuard(...) looks at them first");
        }
        tool = "Tandem " + Version.tandem() + ", model " + config.name();
    }

    /** Starts from the embedded default; everything may be left as it is. */
    public static Builder builder() {
        return new Builder();
    }

    /** The model folder's configuration. */
    public AgentConfig config() {
        return stages.config();
    }

    /** How answers are generated unless a call says otherwise. */
    public LanguageOptions languageOptions() {
        return language;
    }

    /** How pictures are drawn unless a call says otherwise. */
    public ImageOptions imageOptions() {
        return image;
    }

    /** A conversation that remembers; as many as you like at a time. */
    public Conversation conversation() {
        return new Conversation(this, settings.seedOrFresh());
    }

    /**
     * Says whether a message would be read at all, before anything is asked.
     *
     * @throws IllegalArgumentException if it is empty or too long
     */
    public void check(String userMessage) {
        remember(Dialogue.EMPTY, userMessage, List.of());
    }

    /** Whether it sees the photos that are sent to it. */
    public boolean seesPhotos() {
        return stages.language().seesPhotos();
    }

    /** Whether anything looks at pictures before they are shown: the image guard that was set, or the model's own. */
    public boolean checksPictures() {
        return imageGuard != ImageGuard.NONE;
    }

    /** Answers a message; the dialogue is left as it is. */
    public Reply reply(Dialogue dialogue, String userMessage) {
        return reply(dialogue, userMessage, settings.listener(), new Cancellation());
    }

    /**
     * Answers a message and tells how the answer comes. An agent with a seed gives the same answer to the same dialogue.
     *
     * @param dialogue what was said before; its oldest turns are not shown to the model where it is too long
     * @param userMessage at most {@link Builder#maxMessageLength} characters; never read as markup
     * @param listener hears the answer as it comes, on the thread that works: this one, unless a {@link StageRunner} is set
     * @param cancellation ends the answer from another thread
     * @throws IllegalArgumentException if the message is empty or too long
     * @throws dev.tandem.core.stage.CancelledException if cancelled, or the agent is closed meanwhile
     */
    public Reply reply(Dialogue dialogue, String userMessage, AgentListener listener, Cancellation cancellation) {
        return reply(dialogue, userMessage, List.of(), listener, cancellation);
    }

    /**
     * Answers a message that comes with photos and tells how the answer comes.
     *
     * @param dialogue what was said before; its oldest turns are not shown to the model where it is too long
     * @param userMessage at most {@link Builder#maxMessageLength} characters; never read as markup
     * @param photos that the user sends with it ({@link dev.tandem.core.vision.SentPhoto}); perhaps none
     * @param listener hears the answer as it comes, on the thread that works: this one, unless a {@link StageRunner} is set
     * @param cancellation ends the answer from another thread
     * @throws IllegalArgumentException if the message is empty or too long, or the model sees no photos
     * @throws dev.tandem.core.stage.CancelledException if cancelled, or the agent is closed meanwhile
     */
    public Reply reply(
            Dialogue dialogue,
            String userMessage,
            List<Photo> photos,
            AgentListener listener,
            Cancellation cancellation) {
        long seed = settings.seedOrFresh();
        return reply(
                remember(dialogue, userMessage, photos), Seeds.derive(seed, dialogue.size()), listener, cancellation);
    }

    /**
     * Says the next turn of a dialogue: the agent's after a turn of the user, the user's after one of the agent, as a model can that learned
     * both sides. The dialogue is left as it is, and may hold photos of both.
     *
     * @param dialogue not empty; its oldest turns are not shown to the model where it is too long
     * @throws IllegalArgumentException if it is empty, or the last turn alone is too long
     */
    public Reply next(Dialogue dialogue) {
        if (dialogue.size() == 0) {
            throw new IllegalArgumentException("nothing was said yet, so there is no next turn");
        }
        LanguageOptions options = language.toBuilder()
                .seed(Seeds.derive(settings.seedOrFresh(), dialogue.size()))
                .build();
        return next(dialogue, options, image, settings.listener(), new Cancellation());
    }

    /**
     * Says the next turn of a dialogue in a way of its own, and tells how it comes.
     *
     * @param dialogue not empty; its oldest turns are not shown to the model where it is too long. What the user says in it is never read as markup
     * @param options such as {@link #languageOptions()} with another temperature; the photos' seeds come from its seed
     * @param drawing such as {@link #imageOptions()} with another size; its seed is not used
     * @param listener hears the turn as it comes, on the thread that works: this one, unless a {@link StageRunner} is set
     * @param cancellation ends it from another thread
     * @throws IllegalArgumentException if the dialogue is empty, or the last turn alone is too long, or it has photos and the model sees none
     * @throws dev.tandem.core.stage.CancelledException if cancelled, or the agent is closed meanwhile
     */
    public Reply next(
            Dialogue dialogue,
            LanguageOptions options,
            ImageOptions drawing,
            AgentListener listener,
            Cancellation cancellation) {
        if (dialogue.size() == 0) {
            throw new IllegalArgumentException("nothing was said yet, so there is no next turn");
        }
        Dialogue clean = UserText.clean(dialogue, settings.maxMessageLength());
        if (!seesPhotos()
                && clean.turns().stream().flatMap(t -> t.photos().stream()).anyMatch(p -> !p.hasCaption())) {
            throw blind();
        }
        return reply(() -> window.fit(clean, options.maxNewTokens()), options, drawing, listener, cancellation);
    }

    /** Tokens that a dialogue takes in the language model, the beginning of the next turn included. */
    public int countTokens(Dialogue dialogue) {
        return requests.run(new Cancellation(), () -> window.tokens(dialogue));
    }

    /** Shorter side in pixels of the photos that it draws. */
    public int photoSide() {
        int width = image.width() == 0 ? stages.image().nativeWidth() : image.width();
        int height = image.height() == 0 ? stages.image().nativeHeight() : image.height();
        return Math.min(width, height);
    }

    /** The dialogue with one more message of the user, cut to what the model can read. */
    Dialogue remember(Dialogue dialogue, String userMessage, List<Photo> photos) {
        if (!photos.isEmpty() && !seesPhotos()) {
            throw blind();
        }
        List<Part> parts = new ArrayList<>(photos);
        parts.add(new Words(UserText.clean(userMessage, settings.maxMessageLength())));
        Turn turn = new Turn(Speaker.USER, parts);
        return requests.run(new Cancellation(), () -> window.fit(dialogue.with(turn), language.maxNewTokens()));
    }

    private IllegalArgumentException blind() {
        return new IllegalArgumentException("the model " + stages.config().name()
                + " does not see photos; say in words what the photo shows, or use a model that sees them");
    }

    /** Says the next turn of a dialogue that fits. */
    Reply reply(Dialogue dialogue, long seed, AgentListener listener, Cancellation cancellation) {
        return reply(() -> dialogue, language.toBuilder().seed(seed).build(), image, listener, cancellation);
    }

    /** What the language model said, and how long it took from when its turn came. */
    private record Said(ReplyCollector collector, LanguageUsage usage, Duration took) {}

    private Said say(
            Supplier<Dialogue> dialogue, LanguageOptions options, AgentListener listener, Cancellation cancellation) {
        return settings.runner().run(StageRunner.Stage.LANGUAGE, cancellation, () -> {
            long began = System.nanoTime();
            ReplyCollector collector = new ReplyCollector(listener, began);
            LanguageUsage usage =
                    stages.language().reply(window.escape(dialogue.get()), options, cancellation, collector);
            return new Said(collector, usage, Duration.ofNanos(System.nanoTime() - began));
        });
    }

    private Reply reply(
            Supplier<Dialogue> dialogue,
            LanguageOptions options,
            ImageOptions drawing,
            AgentListener listener,
            Cancellation cancellation) {
        return requests.run(cancellation, () -> {
            Said said = say(dialogue, options, listener, cancellation);
            List<Duration> drawn = new ArrayList<>();
            List<Reply.Judgement> judgements = new ArrayList<>();
            List<Part> parts = said.collector().parts(caption -> {
                ImageOptions each = drawing.toBuilder()
                        .seed(Seeds.derive(options.seed(), 1 + drawn.size()))
                        .build();
                Guarded guarded = drawInTurn(caption, each, cancellation, drawing(caption, listener));
                drawn.add(guarded.took());
                if (!guarded.verdict().allows()) {
                    judgements.add(new Reply.Judgement(caption.text(), guarded.verdict()));
                    listener.onJudged(caption, guarded.verdict());
                }
                guarded.photo().ifPresent(listener::onPhoto);
                return guarded.photo();
            });
            Duration photos = drawn.stream().reduce(Duration.ZERO, Duration::plus);
            Reply reply = new Reply(
                    parts,
                    new Reply.Timings(said.collector().firstToken(), said.took(), photos),
                    judgements,
                    said.usage());
            observe(() -> settings.observer().onReply(reply));
            return reply;
        });
    }

    /**
     * Draws a caption of yours, without the language model deciding.
     *
     * @param caption at most {@link Builder#maxMessageLength} characters; what the text encoder cannot take is cut
     * @param options such as {@link #imageOptions()} with another seed
     * @throws IllegalArgumentException if the caption is empty or too long, or the model cannot draw this size
     * @throws dev.tandem.core.safety.WithheldException if a guard blocks it
     * @throws dev.tandem.core.stage.CancelledException if cancelled, or the agent is closed meanwhile
     */
    public Photo draw(String caption, ImageOptions options, Cancellation cancellation, ImageListener listener) {
        Caption clean = Caption.of(UserText.clean(caption, settings.maxMessageLength()));
        return requests.run(cancellation, () -> {
            Guarded guarded = drawInTurn(clean, options, cancellation, listener);
            observe(() -> {
                if (!guarded.verdict().allows()) {
                    settings.observer().onJudged(guarded.verdict());
                }
                guarded.photo().ifPresent(photo -> settings.observer().onDrawn(photo, guarded.took()));
            });
            return guarded.photo().orElseThrow(() -> new WithheldException(guarded.verdict()));
        });
    }

    private static void observe(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.warn("an observer failed; the answer is given all the same", e);
        }
    }

    private static ImageListener drawing(Caption caption, AgentListener listener) {
        return new ImageListener() {
            @Override
            public void onStep(int step, int steps) {
                listener.onDrawing(caption, step, steps);
            }

            @Override
            public void onPreview(int step, int steps, Supplier<Picture> preview) {
                listener.onPreview(caption, step, steps, preview);
            }
        };
    }

    /** What is not judged yet is not shown. */
    private static ImageListener withoutPreviews(ImageListener listener) {
        return new ImageListener() {
            @Override
            public void onStep(int step, int steps) {
                listener.onStep(step, steps);
            }

            @Override
            public void onCut(String rest, int tokens) {
                listener.onCut(rest, tokens);
            }
        };
    }

    /** A photo, unless it is blocked, what the guards say of it, and how long both took. */
    private record Guarded(Optional<Photo> photo, Verdict verdict, Duration took) {}

    private Guarded drawInTurn(
            Caption caption, ImageOptions options, Cancellation cancellation, ImageListener listener) {
        return settings.runner()
                .run(StageRunner.Stage.IMAGE, cancellation, () -> drawNow(caption, options, cancellation, listener));
    }

    private Guarded drawNow(Caption caption, ImageOptions options, Cancellation cancellation, ImageListener listener) {
        long began = System.nanoTime();
        Verdict told = settings.captionGuard().check(caption.text());
        if (told.action() == Verdict.Action.BLOCK) {
            return new Guarded(Optional.empty(), told, Duration.ofNanos(System.nanoTime() - began));
        }
        boolean clear = imageGuard == ImageGuard.NONE && told.action() != Verdict.Action.BLUR;
        ImageListener heard = clear ? listener : withoutPreviews(listener);
        heard.onStep(0, options.steps());
        Picture drawn = stages.image().draw(stages.bridge().condition(caption), options, cancellation, heard);
        Verdict verdict = told.and(imageGuard.check(drawn));
        Optional<Photo> photo = verdict.shown(drawn).map(picture -> photo(caption, picture, options));
        return new Guarded(photo, verdict, Duration.ofNanos(System.nanoTime() - began));
    }

    private Photo photo(Caption caption, Picture picture, ImageOptions options) {
        String about = settings.describeFiles() ? caption.text() + " (seed " + options.seed() + ")" : null;
        byte[] png = PngFile.encode(picture, tool, Clock.systemUTC().instant(), about);
        return new Photo(caption.text(), png, picture.width(), picture.height(), options.seed());
    }

    /** What the agent tells about requests that name no listener of their own. */
    AgentListener listener() {
        return settings.listener();
    }

    /** Whether it was closed, and answers no more. */
    public boolean isClosed() {
        return requests.isClosed();
    }

    /** Cancels what is under way, waits for its end and frees the weights; a second call changes nothing. */
    @Override
    public void close() {
        if (requests.close() && ownsStages) {
            stages.close();
        }
    }

    /** Collects what an agent is made from; what is not set is the embedded default and its own settings. */
    public static final class Builder {

        private @Nullable Path folder;
        private String model = Models.DEFAULT;
        private @Nullable Path imageModel;
        private @Nullable Stages stages;
        private @Nullable LanguageStage languageModel;
        private Device device = Device.CPU;

        private @Nullable Long seed;
        private @Nullable Double temperature;
        private @Nullable Double topP;
        private @Nullable Integer maxNewTokens;
        private @Nullable Integer maxPhotosPerTurn;
        private @Nullable Integer steps;
        private @Nullable Double guidance;
        private @Nullable String negativePrompt;
        private @Nullable Integer width;
        private @Nullable Integer height;
        private int maxMessageLength = 4_000;
        private int memoryTokens = Integer.MAX_VALUE;
        private boolean describeFiles;
        private AgentListener listener = AgentListener.NONE;
        private AgentObserver observer = AgentObserver.NONE;
        private StageRunner runner = StageRunner.DIRECT;
        private CaptionGuard captionGuard = WordListGuard.english();
        private ImageGuard imageGuard = ImageGuard.NONE;
        private boolean modelGuard = true;

        private Builder() {}

        /** A model by its name, such as {@code default}, which the models jar brings, or the path of a model folder. */
        public Builder model(String nameOrPath) {
            this.model = nameOrPath;
            this.folder = null;
            return this;
        }

        /** A model folder, in the Hugging Face layout with an {@code agent.json}. */
        public Builder model(Path folder) {
            this.folder = folder;
            return this;
        }

        /**
         * Another diffusion model than the model folder's: a published folder of Stable Diffusion in the layout of diffusers. It draws as it
         * does alone, with its own steps, guidance and size unless they are set here.
         */
        public Builder imageModel(@Nullable Path folder) {
            this.imageModel = folder;
            return this;
        }

        /**
         * Another language model than the model folder's, such as a hosted one ({@link dev.tandem.core.langchain4j.HostedLanguageStage}); the folder's diffusion model draws
         * its captions. The agent does not close it.
         */
        public Builder languageModel(@Nullable LanguageStage languageModel) {
            this.languageModel = languageModel;
            return this;
        }

        /** Stages of your own instead of a model folder. The agent does not close them. */
        public Builder stages(AgentConfig config, LanguageStage language, BridgeStage bridge, ImageStage image) {
            this.stages = new Stages(config, language, bridge, image, false);
            return this;
        }

        /** Where to compute; the processor if not set. */
        public Builder device(Device device) {
            this.device = device;
            return this;
        }

        /** Makes answers and photos repeatable; a fresh seed for each conversation if not set. */
        public Builder seed(@Nullable Long seed) {
            this.seed = seed;
            return this;
        }

        /** Divides the language model's logits; 0 takes the likeliest token each time. */
        public Builder temperature(@Nullable Double temperature) {
            this.temperature = temperature;
            return this;
        }

        /** Share of probability from which tokens are drawn, above 0 and up to 1. */
        public Builder topP(@Nullable Double topP) {
            this.topP = topP;
            return this;
        }

        /** Most tokens of an answer, captions included. */
        public Builder maxNewTokens(@Nullable Integer maxNewTokens) {
            this.maxNewTokens = maxNewTokens;
            return this;
        }

        /** Most photos of one answer; 0 for an agent that only talks. */
        public Builder maxPhotosPerTurn(@Nullable Integer maxPhotosPerTurn) {
            this.maxPhotosPerTurn = maxPhotosPerTurn;
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

        /** What photos are pushed away from, such as {@code blurry}; needs a guidance above 1. */
        public Builder negativePrompt(@Nullable String negativePrompt) {
            this.negativePrompt = negativePrompt;
            return this;
        }

        /** Size of the photos in pixels; the model's own if not set. */
        public Builder size(int width, int height) {
            this.width = width;
            this.height = height;
            return this;
        }

        /** Longest message that is read, in characters; 4000 if not set. */
        public Builder maxMessageLength(int characters) {
            if (characters < 1) {
                throw new IllegalArgumentException("maxMessageLength is at least 1, got " + characters);
            }
            this.maxMessageLength = characters;
            return this;
        }

        /** Most tokens of a dialogue that are shown to the model and remembered; what its context holds if not set. */
        public Builder memoryTokens(int tokens) {
            if (tokens < 1) {
                throw new IllegalArgumentException("memoryTokens is at least 1, got " + tokens);
            }
            this.memoryTokens = tokens;
            return this;
        }

        /** Whether the photos' files tell caption and seed. They do not if not set: a caption can hold what was said in private. */
        public Builder describeFiles(boolean describeFiles) {
            this.describeFiles = describeFiles;
            return this;
        }

        /** Reads captions before they are drawn; {@link WordListGuard#english} if not set, which is a word list and no more. */
        public Builder captionGuard(CaptionGuard captionGuard) {
            this.captionGuard = captionGuard;
            return this;
        }

        /**
         * Looks at pictures before anybody sees them, beside the model's own guard if there is one; the stricter verdict counts. Where nothing looks at them, a warning in the log
         * says so. The agent does not close it.
         */
        public Builder imageGuard(ImageGuard imageGuard) {
            this.imageGuard = imageGuard;
            return this;
        }

        /**
         * Whether the model's own guard looks at pictures, such as the safety checker in a folder of Stable Diffusion 1; it does if not set, and blocks. Switch it off to set it
         * up otherwise as {@link #imageGuard}.
         */
        public Builder modelGuard(boolean modelGuard) {
            this.modelGuard = modelGuard;
            return this;
        }

        /** Hears the answers of requests that name no listener of their own. */
        public Builder listener(AgentListener listener) {
            this.listener = listener;
            return this;
        }

        /** Hears what was done, whichever listener heard it come: for metrics. */
        public Builder observer(AgentObserver observer) {
            this.observer = observer;
            return this;
        }

        /** Runs what the models compute; if not set, the thread that asks does. */
        public Builder runner(StageRunner runner) {
            this.runner = runner;
            return this;
        }

        /**
         * Loads the models and makes the agent.
         *
         * @throws IllegalArgumentException if there is no such model, a setting does not fit it, or a module is missing on the class path
         * @throws dev.tandem.core.weights.WeightException if a file of the model is missing, damaged or does not fit
         */
        public PhotoSharingAgent build() {
            AgentSettings settings = new AgentSettings(
                    seed,
                    temperature,
                    topP,
                    maxNewTokens,
                    maxPhotosPerTurn,
                    steps,
                    guidance,
                    negativePrompt,
                    width,
                    height,
                    maxMessageLength,
                    memoryTokens,
                    describeFiles,
                    listener,
                    observer,
                    runner,
                    captionGuard,
                    imageGuard,
                    modelGuard);
            if (stages != null) {
                return new PhotoSharingAgent(settings, stages, false);
            }
            Path found = folder == null ? Models.find(model) : folder;
            Stages loaded = Stages.load(found, languageModel, imageModel, TorchEngine.on(device));
            try {
                return new PhotoSharingAgent(settings, loaded, true);
            } catch (RuntimeException e) {
                loaded.close();
                throw e;
            }
        }
    }
}

package dev.tandem.core.agent;

import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.caption.CaptionParser;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.BridgeStage;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.Conditioning;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.ImageStage;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.stage.LanguageUsage;
import dev.tandem.core.stage.Picture;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Stages whose answers a test chooses: a language model that emits a script, and pictures of one colour, the seed's. */
public final class ScriptedStages {

    public static final AgentConfig CONFIG = new AgentConfig(
            "scripted",
            AgentConfig.Markers.DEFAULT,
            new AgentConfig.PromptTemplate("", "U:", "\n", "A:", "\n"),
            new AgentConfig.Bridge("none"),
            LanguageOptions.builder().maxNewTokens(20).maxCaptions(2).build(),
            ImageOptions.builder().steps(3).build(),
            Map.of());

    public final List<Dialogue> asked = new CopyOnWriteArrayList<>();
    public final List<Long> languageSeeds = new CopyOnWriteArrayList<>();
    public final List<ImageOptions> drawn = new CopyOnWriteArrayList<>();
    public volatile boolean closed;
    public volatile boolean sees;
    public volatile int context = 120;

    /** Runs inside the second of three steps of a picture. */
    public volatile Runnable whileDrawing = () -> {};

    private final Function<Dialogue, String> script;

    /**
     * Stages.
     *
     * @param script what the model emits for a dialogue: {@code <} and {@code >} are the ids of the markers, other chars one token each
     */
    public ScriptedStages(Function<Dialogue, String> script) {
        this.script = script;
    }

    public PhotoSharingAgent.Builder builder() {
        return PhotoSharingAgent.builder().stages(CONFIG, language, bridge, image);
    }

    public final BridgeStage bridge = caption -> new Conditioning(caption.text(), List.of(1, 2));

    public final LanguageStage language = new LanguageStage() {
        @Override
        public LanguageUsage reply(
                Dialogue dialogue, LanguageOptions options, Cancellation cancellation, CaptionListener listener) {
            asked.add(dialogue);
            languageSeeds.add(options.seed());
            CaptionParser parser = new CaptionParser(listener, options.maxCaptions(), options.maxCaptionTokens());
            int[] emitted = {0};
            String said = script.apply(dialogue);
            said.codePoints().limit(options.maxNewTokens()).forEach(c -> {
                cancellation.check();
                emitted[0]++;
                switch (c) {
                    case '<' -> parser.begin();
                    case '>' -> parser.end();
                    default -> parser.token(c, Character.toString(c));
                }
            });
            parser.finish();
            return new LanguageUsage(
                    countTokens(dialogue),
                    emitted[0],
                    said.codePointCount(0, said.length()) > emitted[0]
                            ? LanguageUsage.Finish.LENGTH
                            : LanguageUsage.Finish.STOP);
        }

        /** One for each char. */
        @Override
        public int countTokens(Dialogue dialogue) {
            int count = 0;
            for (Turn turn : dialogue.turns()) {
                count += 2;
                for (var part : turn.parts()) {
                    count += part instanceof Words words
                            ? words.text().length()
                            : ((Photo) part).caption().length();
                }
            }
            return count;
        }

        @Override
        public boolean seesPhotos() {
            return sees;
        }

        @Override
        public int contextLength() {
            return context;
        }

        @Override
        public CaptionDecoder captionDecoder() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            closed = true;
        }
    };

    public final ImageStage image = new ImageStage() {
        @Override
        public Picture draw(
                Conditioning conditioning, ImageOptions options, Cancellation cancellation, ImageListener listener) {
            drawn.add(options);
            for (int step = 1; step <= options.steps(); step++) {
                cancellation.check();
                if (step == 2) {
                    whileDrawing.run();
                }
                listener.onStep(step, options.steps());
            }
            byte[] rgb = new byte[3 * 4 * 2];
            java.util.Arrays.fill(rgb, (byte) options.seed());
            return new Picture(4, 2, rgb);
        }

        @Override
        public CaptionTokenizer captionTokenizer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int nativeWidth() {
            return 4;
        }

        @Override
        public int nativeHeight() {
            return 2;
        }

        @Override
        public void close() {
            closed = true;
        }
    };
}

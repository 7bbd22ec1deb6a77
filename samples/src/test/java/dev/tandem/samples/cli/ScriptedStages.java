package dev.tandem.samples.cli;

import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.caption.CaptionParser;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.BridgeStage;
import dev.tandem.core.stage.BridgeStageFactory;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.Conditioning;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.ImageStage;
import dev.tandem.core.stage.ImageStageFactory;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.stage.LanguageStageFactory;
import dev.tandem.core.stage.LanguageUsage;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Stages for model folders named {@code scripted}, found as real ones are: the model says what the user said, where {@code <} and
 * {@code >} stand for the ids of the markers; pictures show the seed as a colour, step by step, large ones as noise that no file format makes small.
 */
public final class ScriptedStages {

    private static final int LARGE = 3 * 512 * 512;

    public static volatile Runnable whileDrawing = () -> sleep(Integer.getInteger("scripted.step.millis", 0));

    public static volatile Runnable whileWriting = () -> {};

    private ScriptedStages() {}

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a folder that these stages know. */
    public static Path folder(Path parent) throws IOException {
        Path folder = Files.createDirectories(parent.resolve("scripted-model"));
        Files.writeString(folder.resolve(AgentConfig.FILE), """
                {
                  "name": "scripted",
                  "markers": {"begin": "[IMG]", "end": "[/IMG]"},
                  "prompt": {"begin": "", "user_start": "", "user_end": "", "agent_start": "", "agent_end": "\\n"},
                  "bridge": {"matrix": "scripted"},
                  "language": {"max_new_tokens": 1000, "max_captions": 2},
                  "image": {"steps": 4},
                  "provenance": {}
                }
                """);
        Files.writeString(folder.resolve("model_index.json"), "{}");
        Files.writeString(Files.createDirectories(folder.resolve("llm")).resolve("config.json"), "{}");
        return folder;
    }

    public static final class Language implements LanguageStageFactory {
        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public boolean supports(StageContext context) {
            return context.config().name().equals("scripted");
        }

        @Override
        public LanguageStage create(StageContext context) {
            return new Echo();
        }
    }

    public static final class Bridge implements BridgeStageFactory {
        @Override
        public boolean supports(AgentConfig.Bridge bridge) {
            return bridge.matrix().equals("scripted");
        }

        @Override
        public BridgeStage create(AgentConfig.Bridge bridge, CaptionDecoder language, CaptionTokenizer image) {
            return caption -> new Conditioning(caption.text(), List.of());
        }
    }

    public static final class Image implements ImageStageFactory {
        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public boolean supports(StageContext context) {
            return context.config().name().equals("scripted");
        }

        @Override
        public ImageStage create(StageContext context) {
            return new Colour();
        }
    }

    private static final class Echo implements LanguageStage {
        @Override
        public LanguageUsage reply(
                Dialogue dialogue, LanguageOptions options, Cancellation cancellation, CaptionListener listener) {
            whileWriting.run();
            CaptionParser parser = new CaptionParser(listener, options.maxCaptions(), options.maxCaptionTokens());
            dialogue.turns()
                    .get(dialogue.size() - 1)
                    .text()
                    .codePoints()
                    .limit(options.maxNewTokens())
                    .forEach(c -> {
                        cancellation.check();
                        switch (c) {
                            case '<' -> parser.begin();
                            case '>' -> parser.end();
                            default -> parser.token(c, Character.toString(c));
                        }
                    });
            parser.finish();
            return new LanguageUsage(1, 1, LanguageUsage.Finish.STOP);
        }

        @Override
        public int countTokens(Dialogue dialogue) {
            return 10 * dialogue.size();
        }

        @Override
        public int contextLength() {
            return 2000;
        }

        @Override
        public CaptionDecoder captionDecoder() {
            return new CaptionDecoder() {
                @Override
                public dev.tandem.core.stage.SpelledCaption spell(List<Integer> ids) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public boolean isSpecial(int id) {
                    return false;
                }

                @Override
                public int vocabularySize() {
                    return 1;
                }

                @Override
                public String fingerprint() {
                    return "scripted";
                }
            };
        }

        @Override
        public void close() {}
    }

    private static final class Colour implements ImageStage {
        @Override
        public Picture draw(
                Conditioning conditioning, ImageOptions options, Cancellation cancellation, ImageListener listener) {
            for (int step = 1; step <= options.steps(); step++) {
                cancellation.check();
                whileDrawing.run();
                listener.onStep(step, options.steps());
            }
            int width = options.width() == 0 ? 8 : options.width();
            int height = options.height() == 0 ? 8 : options.height();
            byte[] rgb = new byte[3 * width * height];
            if (rgb.length < LARGE) {
                java.util.Arrays.fill(rgb, (byte) options.seed());
            } else {
                new java.util.Random(options.seed()).nextBytes(rgb);
            }
            return new Picture(width, height, rgb);
        }

        @Override
        public CaptionTokenizer captionTokenizer() {
            return new CaptionTokenizer() {
                @Override
                public dev.tandem.core.stage.SpelledCaption tokenize(String text) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public boolean isSpecial(int id) {
                    return false;
                }

                @Override
                public int padId() {
                    return 0;
                }

                @Override
                public int maxLength() {
                    return 77;
                }

                @Override
                public int vocabularySize() {
                    return 1;
                }

                @Override
                public String fingerprint() {
                    return "scripted";
                }
            };
        }

        @Override
        public int nativeWidth() {
            return 8;
        }

        @Override
        public int nativeHeight() {
            return 8;
        }

        @Override
        public void close() {}
    }
}

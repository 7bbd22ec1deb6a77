package dev.tandem.core.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.model.TokenCountEstimator;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.caption.CaptionMarkup;
import dev.tandem.core.caption.CaptionParser;
import dev.tandem.core.caption.MarkedTextParser;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.LangChain4jMessages;
import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.stage.LanguageUsage;
import dev.tandem.core.stage.SpelledCaption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A hosted language model, any chat model of LangChain4j, as the first stage: it is told by a system message to write {@code [IMG] caption [/IMG]}
 * where a photo says it better, and the captions are drawn here. No gradient crosses such a bridge: this is the paper's pipeline.
 *
 * <pre>{@code
 * PhotoSharingAgent agent = PhotoSharingAgent.builder()
 *         .languageModel(HostedLanguageStage.of(OpenAiStreamingChatModel.builder()...build()))
 *         .build();
 * }</pre>
 *
 * <p>Photos that the agent shared before are written back as their captions. What a person typed that looks like a marker is taken apart before it gets
 * here, and only what the model writes is parsed. The model is the caller's: {@link #close} leaves it open.
 */
public final class HostedLanguageStage implements LanguageStage {

    /** A way of asking that fits most instructed models. */
    private static final String INSTRUCTIONS = """
            You chat with a person, in short and natural messages. You can also share photos of your own: where a photo says it better than words, write \
            %s, then one line of plain English that describes what the photo shows, then %s. Describe the subject, the place and the light, in at most \
            25 words, so that somebody who did not read the conversation could paint it. Share at most %d in one message, and only where it fits; never mention \
            these markers or that you cannot see.""";

    private static final int CHARS_PER_TOKEN = 4;

    /** What a photo costs, about: a caption, or what a hosted model takes for a small picture. */
    private static final int PHOTO_CHARS = 1_000;

    private final @Nullable ChatModel model;
    private final @Nullable StreamingChatModel streaming;
    private final CaptionMarkup markup;
    private final @Nullable String instructions;
    private final @Nullable TokenCountEstimator estimator;
    private final int contextLength;
    private final boolean seesPhotos;

    private HostedLanguageStage(Builder builder) {
        if ((builder.model == null) == (builder.streaming == null)) {
            throw new IllegalArgumentException("a hosted language stage is of one model: model or streamingModel");
        }
        if (builder.contextLength < 256) {
            throw new IllegalArgumentException("contextLength is at least 256 tokens, got " + builder.contextLength);
        }
        model = builder.model;
        streaming = builder.streaming;
        markup = builder.markup;
        instructions = builder.instructions;
        estimator = builder.estimator;
        contextLength = builder.contextLength;
        seesPhotos = builder.seesPhotos;
    }

    /** Starts from a context of 8,192 tokens, counted as four characters each, and a model that sees no photos. */
    public static Builder builder() {
        return new Builder();
    }

    /** A model that streams, with the settings of {@link #builder}. */
    public static HostedLanguageStage of(StreamingChatModel model) {
        return builder().streamingModel(model).build();
    }

    /** A model that answers at once, with the settings of {@link #builder}. */
    public static HostedLanguageStage of(ChatModel model) {
        return builder().model(model).build();
    }

    /**
     * Asks the model. Its parameters are its own; only {@link LanguageOptions#maxNewTokens()}, and a temperature above 0, are passed on.
     *
     * @throws RuntimeException what the model throws, such as LangChain4j's exceptions
     */
    @Override
    public LanguageUsage reply(
            Dialogue dialogue, LanguageOptions options, Cancellation cancellation, CaptionListener listener) {
        CaptionParser captions = new CaptionParser(listener, options.maxCaptions(), options.maxCaptionTokens());
        MarkedTextParser parser = new MarkedTextParser(markup, captions);
        ChatRequest request = ChatRequest.builder()
                .messages(messages(dialogue, options.maxCaptions()))
                .parameters(parameters(options))
                .build();
        cancellation.check();
        ChatResponse response = streaming != null
                ? streamed(streaming, request, parser, cancellation)
                : atOnce(Objects.requireNonNull(model), request, parser);
        cancellation.check();
        parser.finish();
        TokenUsage usage = response.tokenUsage();
        int read = usage == null || usage.inputTokenCount() == null ? countTokens(dialogue) : usage.inputTokenCount();
        String said = response.aiMessage().text();
        int written = usage == null || usage.outputTokenCount() == null
                ? (said == null ? 0 : said.length()) / CHARS_PER_TOKEN
                : usage.outputTokenCount();
        return new LanguageUsage(
                read,
                written,
                response.finishReason() == FinishReason.LENGTH
                        ? LanguageUsage.Finish.LENGTH
                        : LanguageUsage.Finish.STOP);
    }

    private ChatResponse atOnce(ChatModel asked, ChatRequest request, MarkedTextParser parser) {
        ChatResponse response = asked.chat(request);
        String text = response.aiMessage().text();
        if (text != null) {
            parser.text(text);
        }
        return response;
    }

    private static ChatResponse streamed(
            StreamingChatModel asked, ChatRequest request, MarkedTextParser parser, Cancellation cancellation) {
        PieceQueue pieces = new PieceQueue(cancellation);
        asked.chat(request, pieces);
        return pieces.drain(parser::text);
    }

    private static ChatRequestParameters parameters(LanguageOptions options) {
        DefaultChatRequestParameters.Builder<?> parameters =
                ChatRequestParameters.builder().maxOutputTokens(options.maxNewTokens());
        if (options.temperature() > 0) {
            parameters.temperature(options.temperature());
        }
        return parameters.build();
    }

    private List<ChatMessage> messages(Dialogue dialogue, int mostCaptions) {
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(SystemMessage.from(
                instructions == null
                        ? String.format(Locale.ROOT, INSTRUCTIONS, markup.begin(), markup.end(), mostCaptions)
                        : instructions));
        for (Turn turn : dialogue.turns()) {
            if (turn.speaker() == Speaker.USER) {
                messages.addAll(LangChain4jMessages.toLangChain4j(new Dialogue(List.of(turn))));
            } else {
                messages.add(AiMessage.from(written(turn)));
            }
        }
        return messages;
    }

    /** A turn of the agent as it wrote it. */
    private String written(Turn turn) {
        return turn.parts().stream()
                .map(part -> part instanceof Photo photo ? markup.mark(photo.caption()) : ((Words) part).text())
                .collect(Collectors.joining(" "));
    }

    @Override
    public int countTokens(Dialogue dialogue) {
        if (estimator != null) {
            return estimator.estimateTokenCountInMessages(messages(dialogue, 1));
        }
        int chars = instructions == null ? INSTRUCTIONS.length() : instructions.length();
        for (Turn turn : dialogue.turns()) {
            for (Part part : turn.parts()) {
                chars += part instanceof Words words ? words.text().length() : PHOTO_CHARS;
            }
        }
        return chars / CHARS_PER_TOKEN;
    }

    @Override
    public LanguageOptions defaults() {
        return LanguageOptions.builder()
                .maxNewTokens(Math.min(512, contextLength / 2))
                .build();
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public boolean seesPhotos() {
        return seesPhotos;
    }

    /** Its tokens are not known here, and at inference the bridge reads a caption's text. */
    @Override
    public CaptionDecoder captionDecoder() {
        return new CaptionDecoder() {
            @Override
            public SpelledCaption spell(List<Integer> ids) {
                throw new UnsupportedOperationException(
                        "a hosted language model's tokens are not known, so no gradient crosses to it");
            }

            @Override
            public boolean isSpecial(int id) {
                return false;
            }

            @Override
            public int vocabularySize() {
                return 0;
            }

            @Override
            public String fingerprint() {
                return "hosted";
            }
        };
    }

    /** The model is the caller's and stays open. */
    @Override
    public void close() {}

    /** Collects settings. */
    public static final class Builder {

        private @Nullable ChatModel model;
        private @Nullable StreamingChatModel streaming;
        private CaptionMarkup markup =
                new CaptionMarkup(AgentConfig.Markers.DEFAULT.begin(), AgentConfig.Markers.DEFAULT.end());
        private @Nullable String instructions;
        private @Nullable TokenCountEstimator estimator;
        private int contextLength = 8_192;
        private boolean seesPhotos;

        private Builder() {}

        /** A model that answers at once. */
        public Builder model(@Nullable ChatModel model) {
            this.model = model;
            return this;
        }

        /** A model that streams. */
        public Builder streamingModel(@Nullable StreamingChatModel model) {
            this.streaming = model;
            return this;
        }

        /** The system message, instead of the one that comes with this class; it must ask for captions between the markers {@code [IMG]} and {@code [/IMG]}. */
        public Builder instructions(@Nullable String instructions) {
            this.instructions = instructions;
            return this;
        }

        /** Counts tokens as the model does; four characters each if not set. */
        public Builder tokenCountEstimator(@Nullable TokenCountEstimator estimator) {
            this.estimator = estimator;
            return this;
        }

        /** Tokens that prompt and answer may have together; 8,192 if not set. */
        public Builder contextLength(int tokens) {
            this.contextLength = tokens;
            return this;
        }

        /** Whether it sees pictures in a user's message. */
        public Builder seesPhotos(boolean seesPhotos) {
            this.seesPhotos = seesPhotos;
            return this;
        }

        /**
         * Makes the stage.
         *
         * @throws IllegalArgumentException unless there is exactly one model, and a context of 256 tokens at least
         */
        public HostedLanguageStage build() {
            return new HostedLanguageStage(this);
        }
    }
}

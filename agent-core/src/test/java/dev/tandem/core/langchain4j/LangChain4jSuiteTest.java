package dev.tandem.core.langchain4j;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.common.AbstractChatModelListenerIT;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.agent.ScriptedStages;
import dev.tandem.core.dialogue.Dialogue;
import java.util.List;
import org.junit.jupiter.api.Nested;

/**
 * LangChain4j's own suites of models, with a language model that knows what they ask. Left out are tools, JSON and stop sequences, which the suites then see refused, system messages, which
 * are the model folder's, and pictures from the net.
 */
class LangChain4jSuiteTest {

    private static final String NAME = "scripted";

    private static PhotoSharingAgent agent(int maxMessageLength) {
        ScriptedStages stages = new ScriptedStages(LangChain4jSuiteTest::answer);
        stages.context = 4000;
        return stages.builder().maxMessageLength(maxMessageLength).build();
    }

    private static String answer(Dialogue dialogue) {
        String asked = dialogue.turns().get(dialogue.size() - 1).text();
        if (dialogue.turns().get(0).text().contains("green")) {
            return "It is green";
        }
        return asked.contains("Germany") ? "Berlin, of course" : "Once upon a time there was a very long story.";
    }

    private static TandemChatModel.Builder chatModel() {
        return TandemChatModel.builder().agent(agent(4000));
    }

    private static TandemStreamingChatModel.Builder streamingModel() {
        return TandemStreamingChatModel.builder().agent(agent(4000));
    }

    private static ImageContent pixel() {
        return ImageContent.from(
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
                "image/png");
    }

    @Nested
    class Chat extends AbstractChatModelIT {

        @Override
        protected List<ChatModel> models() {
            return List.of(chatModel().build());
        }

        @Override
        protected ChatModel createModelWith(ChatRequestParameters parameters) {
            return chatModel().defaultRequestParameters(parameters).build();
        }

        @Override
        protected void should_respect_system_message(ChatModel model) {}

        @Override
        protected String customModelName() {
            return NAME;
        }

        @Override
        protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
            return ChatRequestParameters.builder()
                    .maxOutputTokens(maxOutputTokens)
                    .build();
        }

        @Override
        protected ImageContent catImageContentBase64() {
            return pixel();
        }

        @Override
        protected ImageContent diceImageContentBase64() {
            return pixel();
        }

        @Override
        protected boolean supportsModelNameParameter() {
            return false;
        }

        @Override
        protected boolean supportsStopSequencesParameter() {
            return false;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean supportsToolChoiceRequired() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormat() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormatWithSchema() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormatWithRawSchema() {
            return false;
        }

        @Override
        protected boolean supportsSingleImageInputAsBase64EncodedString() {
            return false;
        }

        @Override
        protected boolean supportsMultipleImageInputsAsBase64EncodedStrings() {
            return false;
        }

        @Override
        protected boolean supportsSingleImageInputAsPublicURL() {
            return false;
        }

        @Override
        protected boolean supportsMultipleImageInputsAsPublicURLs() {
            return false;
        }

        @Override
        protected boolean assertResponseId() {
            return false;
        }
    }

    @Nested
    class Streaming extends AbstractStreamingChatModelIT {

        @Override
        protected List<StreamingChatModel> models() {
            return List.of(streamingModel().build());
        }

        @Override
        protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
            return streamingModel().defaultRequestParameters(parameters).build();
        }

        @Override
        public StreamingChatModel createModelWith(ChatModelListener listener) {
            return streamingModel().listeners(List.of(listener)).build();
        }

        @Override
        protected void should_respect_system_message(StreamingChatModel model) {}

        @Override
        protected String customModelName() {
            return NAME;
        }

        @Override
        protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
            return ChatRequestParameters.builder()
                    .maxOutputTokens(maxOutputTokens)
                    .build();
        }

        @Override
        protected ImageContent catImageContentBase64() {
            return pixel();
        }

        @Override
        protected ImageContent diceImageContentBase64() {
            return pixel();
        }

        @Override
        protected boolean supportsModelNameParameter() {
            return false;
        }

        @Override
        protected boolean supportsStopSequencesParameter() {
            return false;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean supportsToolChoiceRequired() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormat() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormatWithSchema() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormatWithRawSchema() {
            return false;
        }

        @Override
        protected boolean supportsSingleImageInputAsBase64EncodedString() {
            return false;
        }

        @Override
        protected boolean supportsMultipleImageInputsAsBase64EncodedStrings() {
            return false;
        }

        @Override
        protected boolean supportsSingleImageInputAsPublicURL() {
            return false;
        }

        @Override
        protected boolean supportsMultipleImageInputsAsPublicURLs() {
            return false;
        }

        @Override
        protected boolean assertResponseId() {
            return false;
        }
    }

    @Nested
    class Listeners extends AbstractChatModelListenerIT {

        @Override
        protected ChatModel createModel(ChatModelListener listener) {
            return chatModel()
                    .temperature(temperature())
                    .topP(topP())
                    .maxOutputTokens(maxTokens())
                    .listeners(List.of(listener))
                    .build();
        }

        @Override
        protected String modelName() {
            return NAME;
        }

        @Override
        protected ChatModel createFailingModel(ChatModelListener listener) {
            return TandemChatModel.builder()
                    .agent(agent(1))
                    .listeners(List.of(listener))
                    .build();
        }

        @Override
        protected Class<? extends Exception> expectedExceptionClass() {
            return InvalidRequestException.class;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean assertResponseId() {
            return false;
        }
    }

    @Nested
    class StreamingListeners extends AbstractStreamingChatModelListenerIT {

        @Override
        protected StreamingChatModel createModel(ChatModelListener listener) {
            return streamingModel()
                    .temperature(temperature())
                    .topP(topP())
                    .maxOutputTokens(maxTokens())
                    .listeners(List.of(listener))
                    .build();
        }

        @Override
        protected String modelName() {
            return NAME;
        }

        @Override
        protected StreamingChatModel createFailingModel(ChatModelListener listener) {
            return TandemStreamingChatModel.builder()
                    .agent(agent(1))
                    .listeners(List.of(listener))
                    .build();
        }

        @Override
        protected Class<? extends Exception> expectedExceptionClass() {
            return InvalidRequestException.class;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean assertResponseId() {
            return false;
        }
    }
}

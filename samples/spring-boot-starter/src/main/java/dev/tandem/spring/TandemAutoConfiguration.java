package dev.tandem.spring;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.AgentObserver;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.langchain4j.TandemChatModel;
import dev.tandem.core.langchain4j.TandemImageModel;
import dev.tandem.core.langchain4j.TandemStreamingChatModel;
import dev.tandem.core.langchain4j.TandemTokenCountEstimator;
import dev.tandem.core.safety.CaptionGuard;
import dev.tandem.core.safety.ImageGuard;
import dev.tandem.core.stage.LanguageStage;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;

/**
 * The agent and LangChain4j's models over it. The model is loaded while the application starts, so that one that is missing is said then and not to the first
 * user; {@code spring.main.lazy-initialization} puts it off.
 *
 * <p>LangChain4j's models are fallbacks: where the application has another {@code ChatModel}, such as a hosted one, {@code ChatModel} is that one and
 * {@link TandemChatModel} is still there by its own name.
 */
@AutoConfiguration
@ConditionalOnProperty(name = "tandem.enabled", matchIfMissing = true)
@EnableConfigurationProperties(TandemProperties.class)
public class TandemAutoConfiguration {

    /** The agent; its weights are freed when the context closes. */
    @Bean
    @ConditionalOnMissingBean
    public PhotoSharingAgent tandemAgent(
            TandemProperties properties,
            ObjectProvider<CaptionGuard> captionGuards,
            ObjectProvider<ImageGuard> imageGuards,
            ObjectProvider<LanguageStage> languageModel,
            ObjectProvider<AgentListener> listener,
            ObjectProvider<AgentObserver> observers,
            ObjectProvider<TandemAgentCustomizer> customizers) {
        return new AgentFactory(properties, captionGuards, imageGuards, languageModel, listener, observers, customizers)
                .create();
    }

    /** Answers with words and photos. */
    @Bean
    @Fallback
    @ConditionalOnMissingBean
    public TandemChatModel tandemChatModel(
            PhotoSharingAgent agent, TandemProperties properties, ObjectProvider<ChatModelListener> listeners) {
        return TandemChatModel.builder()
                .agent(agent)
                .seed(properties.seed())
                .listeners(listeners.orderedStream().toList())
                .build();
    }

    /** Answers as it comes. */
    @Bean
    @Fallback
    @ConditionalOnMissingBean
    public TandemStreamingChatModel tandemStreamingChatModel(
            PhotoSharingAgent agent, TandemProperties properties, ObjectProvider<ChatModelListener> listeners) {
        return TandemStreamingChatModel.builder()
                .agent(agent)
                .seed(properties.seed())
                .listeners(listeners.orderedStream().toList())
                .build();
    }

    /** Draws what it is told. */
    @Bean
    @Fallback
    @ConditionalOnMissingBean
    public TandemImageModel tandemImageModel(PhotoSharingAgent agent, TandemProperties properties) {
        return TandemImageModel.builder().agent(agent).seed(properties.seed()).build();
    }

    /** Counts tokens as the agent's language model reads them. */
    @Bean
    @Fallback
    @ConditionalOnMissingBean
    public TandemTokenCountEstimator tandemTokenCountEstimator(PhotoSharingAgent agent) {
        return new TandemTokenCountEstimator(agent);
    }
}

package dev.tandem.spring;

import dev.langchain4j.memory.chat.ChatMemoryProvider;
import dev.langchain4j.memory.chat.TokenWindowChatMemory;
import dev.langchain4j.store.memory.chat.ChatMemoryStore;
import dev.tandem.core.langchain4j.TandemTokenCountEstimator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;

/**
 * What an AI service remembers with. A configuration of its own, because its classes are in langchain4j, which an application may do without, and because it
 * must come after the store's.
 */
@AutoConfiguration(after = TandemChatMemoryAutoConfiguration.class)
@ConditionalOnClass(TokenWindowChatMemory.class)
@ConditionalOnBean({ChatMemoryStore.class, TandemTokenCountEstimator.class})
@ConditionalOnProperty(name = "tandem.chat-memory.enabled", matchIfMissing = true)
public class TandemChatMemoryProviderAutoConfiguration {

    /** A window over each conversation of the store. */
    @Bean
    @ConditionalOnMissingBean
    public ChatMemoryProvider tandemChatMemoryProvider(
            ChatMemoryStore store, TandemTokenCountEstimator estimator, TandemProperties properties) {
        int maxTokens = properties.chatMemory().maxTokens();
        if (maxTokens < 1) {
            throw new InvalidConfigurationPropertyValueException(
                    "tandem.chat-memory.max-tokens", maxTokens, "at least 1 token is kept");
        }
        return id -> TokenWindowChatMemory.builder()
                .id(id)
                .maxTokens(maxTokens, estimator)
                .chatMemoryStore(store)
                .build();
    }
}

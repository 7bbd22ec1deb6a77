package dev.tandem.spring;

import dev.langchain4j.memory.chat.ChatMemoryProvider;
import dev.langchain4j.memory.chat.TokenWindowChatMemory;
import dev.langchain4j.store.memory.chat.ChatMemoryStore;
import dev.tandem.core.langchain4j.TandemTokenCountEstimator;
import dev.tandem.core.memory.JdbcChatMemoryStore;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Conversations in the application's database, photos included. */
@AutoConfiguration(
        after = TandemAutoConfiguration.class,
        afterName = "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration")
@ConditionalOnBean(TandemTokenCountEstimator.class)
@ConditionalOnProperty(name = "tandem.chat-memory.enabled", matchIfMissing = true)
public class TandemChatMemoryAutoConfiguration {

    /** The store, whose tables are made where they are missing. */
    @Bean
    @ConditionalOnSingleCandidate(DataSource.class)
    @ConditionalOnMissingBean(ChatMemoryStore.class)
    public JdbcChatMemoryStore tandemChatMemoryStore(DataSource database) {
        return JdbcChatMemoryStore.in(database);
    }

    /** What an AI service takes. The class is in langchain4j, which the application may do without. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(TokenWindowChatMemory.class)
    static class Provider {

        @Bean
        @ConditionalOnBean(ChatMemoryStore.class)
        @ConditionalOnMissingBean
        ChatMemoryProvider tandemChatMemoryProvider(
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
}

package dev.tandem.spring;

import dev.langchain4j.store.memory.chat.ChatMemoryStore;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.memory.JdbcChatMemoryStore;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** Conversations in the application's database, photos included. */
@AutoConfiguration(
        after = TandemAutoConfiguration.class,
        afterName = "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration")
@ConditionalOnBean(PhotoSharingAgent.class)
@ConditionalOnSingleCandidate(DataSource.class)
@ConditionalOnProperty(name = "tandem.chat-memory.enabled", matchIfMissing = true)
public class TandemChatMemoryAutoConfiguration {

    /** The store, whose tables are made where they are missing. */
    @Bean
    @ConditionalOnMissingBean(ChatMemoryStore.class)
    public JdbcChatMemoryStore tandemChatMemoryStore(DataSource database) {
        return JdbcChatMemoryStore.in(database);
    }
}

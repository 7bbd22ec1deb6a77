package dev.tandem.samples.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.memory.chat.TokenWindowChatMemory;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.agent.ScriptedStages;
import dev.tandem.core.langchain4j.TandemChatModel;
import dev.tandem.core.langchain4j.TandemTokenCountEstimator;
import dev.tandem.core.memory.JdbcChatMemoryStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

/** LangChain4j's window by tokens over the store: a photo lives as long as its message, and its bytes go with it. */
class TokenWindowTest {

    private final JdbcDataSource database = new JdbcDataSource();

    private int photos() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM tandem_photo")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static List<String> texts(List<ChatMessage> messages) {
        return messages.stream()
                .map(message -> message instanceof AiMessage ai ? ai.text() : ((UserMessage) message).singleText())
                .toList();
    }

    @Test
    void photosLiveAsLongAsTheirMessages() throws SQLException {
        database.setUrl("jdbc:h2:mem:window;DB_CLOSE_DELAY=-1");
        JdbcChatMemoryStore store = JdbcChatMemoryStore.in(database);
        // a token for each char of words and captions, and two for a message
        PhotoSharingAgent agent = new ScriptedStages(d -> d.size() == 1 ? "look <a red kite>" : "here <a boat>")
                .builder()
                .seed(1L)
                .build();
        TandemChatModel model = TandemChatModel.builder().agent(agent).build();
        TokenWindowChatMemory memory = TokenWindowChatMemory.builder()
                .id("a")
                .maxTokens(60, new TandemTokenCountEstimator(agent))
                .chatMemoryStore(store)
                .build();

        memory.add(UserMessage.from("what did you see?"));
        AiMessage kite = model.chat(memory.messages()).aiMessage();
        memory.add(kite); // 19 + 16 tokens
        memory.add(UserMessage.from("and what later on?")); // 20 more
        assertEquals(List.of("what did you see?", "look", "and what later on?"), texts(memory.messages()));
        AiMessage boat = model.chat(memory.messages()).aiMessage();
        memory.add(boat); // 12 more: the oldest message falls out
        assertEquals(List.of("look", "and what later on?", "here"), texts(memory.messages()));
        assertEquals(kite, store.getMessages("a").get(0), "with its photo, bit for bit");
        assertEquals(2, photos());

        memory.add(UserMessage.from("nice, who was there?")); // 22 more: the message with the kite falls out
        assertEquals(List.of("and what later on?", "here", "nice, who was there?"), texts(memory.messages()));
        assertEquals(boat, store.getMessages("a").get(1));
        assertEquals(1, photos(), "the kite's bytes are gone with its message");

        memory.clear();
        assertEquals(0, photos());
    }
}

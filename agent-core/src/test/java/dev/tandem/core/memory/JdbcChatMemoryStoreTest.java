package dev.tandem.core.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

class JdbcChatMemoryStoreTest {

    private static AiMessage shared(String text, String caption, int picture) {
        Image image = Image.builder()
                .base64Data(Base64.getEncoder().encodeToString(new byte[] {(byte) picture, 0, -1}))
                .mimeType("image/png")
                .revisedPrompt(caption)
                .build();
        return AiMessage.builder()
                .text(text)
                .attributes(Map.of(AiMessage.GENERATED_IMAGES_KEY, List.of(image), "mood", "good"))
                .build();
    }

    private static UserMessage sent(String text, int picture) {
        return UserMessage.from(
                ImageContent.from(Base64.getEncoder().encodeToString(new byte[] {(byte) picture}), "image/jpeg"),
                TextContent.from(text));
    }

    /** What holds on every database. */
    abstract static class Contract {

        private DataSource database;
        private JdbcChatMemoryStore store;

        abstract DataSource open() throws SQLException;

        @BeforeEach
        void clear() throws SQLException {
            database = open();
            store = JdbcChatMemoryStore.in(database);
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("DELETE FROM tandem_conversation");
                statement.execute("DELETE FROM tandem_photo");
            }
        }

        private int count(String table) throws SQLException {
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
                rows.next();
                return rows.getInt(1);
            }
        }

        @Test
        void messagesComeBackWithTheirPhotos() {
            List<ChatMessage> messages = List.of(
                    SystemMessage.from("be kind"),
                    sent("what is this?", 7),
                    shared("a kite \u2014 \ud83e\ude81", "a red kite", 1),
                    UserMessage.from("Ann", "thanks"),
                    AiMessage.from(ToolExecutionRequest.builder()
                            .id("1")
                            .name("weather")
                            .arguments("{}")
                            .build()),
                    ToolExecutionResultMessage.from("1", "weather", "sunny"));
            store.updateMessages("a", messages);
            assertEquals(messages, store.getMessages("a"));
            // another store on the same database, as another server has
            assertEquals(messages, JdbcChatMemoryStore.in(database).getMessages("a"));
            assertEquals(List.of(), store.getMessages("b"));
        }

        @Test
        void photosAreKeptOnceAndGoWithTheLastConversationThatSharesThem() throws SQLException {
            store.updateMessages(
                    "a", List.of(shared("x", "one", 1), shared("y", "the same", 1), shared("z", "two", 2)));
            store.updateMessages("b", List.of(shared("x", "one", 1)));
            assertEquals(2, count("tandem_photo"));
            store.deleteMessages("a");
            assertEquals(1, count("tandem_photo"));
            assertEquals(List.of(), store.getMessages("a"));
            assertEquals(shared("x", "one", 1), store.getMessages("b").get(0));
            store.deleteMessages("b");
            assertEquals(0, count("tandem_photo"));
            assertEquals(0, count("tandem_conversation"));
        }

        @Test
        void aWindowThatMovesOnForgetsItsPhotos() throws SQLException {
            List<ChatMessage> messages = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                messages.add(shared("m" + i, "c" + i, i));
                if (messages.size() > 4) {
                    messages.remove(0);
                }
                store.updateMessages("a", messages);
                assertEquals(messages, store.getMessages("a"));
            }
            assertEquals(4, count("tandem_photo"));
        }

        @Test
        void serversThatWriteAtOnceLeaveAWholeConversation() throws Exception {
            ExecutorService servers = Executors.newFixedThreadPool(4);
            try {
                List<Callable<Void>> all = new ArrayList<>();
                for (int server = 0; server < 4; server++) {
                    int own = server;
                    JdbcChatMemoryStore mine = JdbcChatMemoryStore.in(database);
                    all.add(() -> {
                        for (int i = 0; i < 25; i++) {
                            // one conversation together, one alone, all with the same few photos
                            mine.updateMessages(
                                    "both", List.of(shared("s" + own, "c", i % 3), shared("t" + own, "c", own)));
                            mine.updateMessages("own" + own, List.of(shared("s", "c", (i + 1) % 3)));
                            List<ChatMessage> read = mine.getMessages("both");
                            String first = ((AiMessage) read.get(0)).text();
                            String second = ((AiMessage) read.get(1)).text();
                            assertEquals(first.substring(1), second.substring(1));
                            mine.deleteMessages("own" + own);
                        }
                        return null;
                    });
                }
                for (Future<Void> each : servers.invokeAll(all)) {
                    each.get();
                }
            } finally {
                servers.shutdownNow();
            }
            assertEquals(2, store.getMessages("both").size());
            assertTrue(count("tandem_photo") <= 2);
        }

        @Test
        void namesAreBounded() {
            String injected = "'; DROP TABLE tandem_message; --";
            store.updateMessages(injected, List.of(UserMessage.from("hi")));
            assertEquals(1, store.getMessages(injected).size());
            assertThrows(IllegalArgumentException.class, () -> store.getMessages(""));
            assertThrows(IllegalArgumentException.class, () -> store.getMessages("x".repeat(201)));
        }
    }

    @Nested
    class OnH2 extends Contract {

        @Override
        DataSource open() {
            JdbcDataSource h2 = new JdbcDataSource();
            h2.setUrl("jdbc:h2:mem:memory;DB_CLOSE_DELAY=-1");
            return h2;
        }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class OnPostgres extends Contract {

        private RealPostgres server;

        @BeforeAll
        void start() {
            server = RealPostgres.start();
        }

        @AfterAll
        void stop() {
            if (server != null) {
                server.close();
            }
        }

        @Override
        DataSource open() {
            return server.database();
        }
    }
}

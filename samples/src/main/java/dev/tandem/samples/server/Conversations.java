package dev.tandem.samples.server;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.memory.JdbcChatMemoryStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Conversations and whose they are. Messages and photos are in {@link JdbcChatMemoryStore}, under owner and id, so that a guessed id finds nothing of others.
 *
 * <p>A change locks the conversation's row and looks whether the messages are still those that were answered: of two answers at a time, even by two servers, one is refused, and
 * neither is lost after it was acknowledged.
 */
final class Conversations {

    /**
     * A line of the list.
     *
     * @param id of the conversation
     * @param title its first words
     * @param changed when something was last said
     */
    record Entry(String id, String title, OffsetDateTime changed) {}

    private static final int TITLE = 60;
    private static final int MOST_LISTED = 1000;

    /** Longer than any answer may take. */
    private static final int SILENT_DAYS = 2;

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final String ROW = " WHERE owner = ? AND id = ?";

    private final DataSource database;
    private final JdbcChatMemoryStore store;

    /** A change takes two connections; one at a time can never wait for itself. */
    private final ReentrantLock changing = new ReentrantLock();

    Conversations(DataSource database) {
        this.database = database;
        this.store = JdbcChatMemoryStore.in(database);
        within(connection -> {
            try (Statement statement = connection.createStatement()) {
                if (connection.getMetaData().getDatabaseProductName().equals("PostgreSQL")) {
                    statement.execute("SELECT pg_advisory_xact_lock(7462034)"); // servers may start together
                }
                statement.execute(
                        "CREATE TABLE IF NOT EXISTS tandem_chat (owner VARCHAR(80) NOT NULL, id CHAR(32) NOT NULL,"
                                + " title VARCHAR(400) NOT NULL, changed TIMESTAMP WITH TIME ZONE NOT NULL, PRIMARY KEY (owner, id))");
                statement.execute(
                        "ALTER TABLE tandem_chat ADD COLUMN IF NOT EXISTS said BOOLEAN DEFAULT TRUE NOT NULL");
            }
            return true;
        });
    }

    /** Begins a conversation. It is listed once something was said in it, and forgotten where nothing ever is. */
    String begin(String owner) {
        String id = Ids.fresh();
        within(connection -> {
            update(
                    connection,
                    "DELETE FROM tandem_chat WHERE owner = ? AND NOT said AND changed < CURRENT_TIMESTAMP - INTERVAL '"
                            + SILENT_DAYS + "' DAY",
                    owner);
            return update(
                    connection,
                    "INSERT INTO tandem_chat (owner, id, title, changed, said) VALUES (?, ?, '', CURRENT_TIMESTAMP, FALSE)",
                    owner,
                    id);
        });
        return id;
    }

    /** The owner's conversations in which something was said, the last changed first. */
    List<Entry> list(String owner) {
        return within(connection -> {
            try (PreparedStatement query = connection.prepareStatement(
                    "SELECT id, title, changed FROM tandem_chat WHERE owner = ? AND said ORDER BY changed DESC, id FETCH FIRST "
                            + MOST_LISTED + " ROWS ONLY")) {
                query.setString(1, owner);
                List<Entry> all = new ArrayList<>();
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        all.add(new Entry(
                                rows.getString(1), rows.getString(2), rows.getObject(3, OffsetDateTime.class)));
                    }
                }
                return all;
            }
        });
    }

    /**
     * Says at once what an answer would say later.
     *
     * @throws ApiException if the owner has no such conversation
     */
    void require(String owner, String id) {
        requireId(id);
        within(connection -> require(connection, owner, id, ""));
    }

    /**
     * What was said.
     *
     * @throws ApiException if the owner has no such conversation
     */
    List<ChatMessage> messages(String owner, String id) {
        require(owner, id);
        return store.getMessages(key(owner, id));
    }

    /**
     * Replaces what was said, in one transaction.
     *
     * @param known what it was when the answer was begun
     * @throws ApiException if the conversation is gone, or it is another one by now
     */
    void store(String owner, String id, List<ChatMessage> known, List<ChatMessage> messages) {
        change(owner, id, connection -> {
            if (!store.getMessages(key(owner, id)).equals(known)) {
                throw changed();
            }
            store.updateMessages(key(owner, id), messages);
            return update(
                    connection,
                    "UPDATE tandem_chat SET title = ?, said = TRUE, changed = CURRENT_TIMESTAMP" + ROW,
                    StoredTurn.title(messages, TITLE),
                    owner,
                    id);
        });
    }

    /**
     * Puts a photo in the place of another, in one transaction. The conversation may have gone on meanwhile, if only this answer is still there as it was.
     *
     * @param known the answer when the photo was begun
     * @param mostBytes of all its pictures
     * @throws ApiException if the conversation is gone, this answer is another one by now, or the pictures become too large
     */
    void replace(StoredPhoto place, AiMessage known, Photo photo, long mostBytes) {
        String key = key(place.owner(), place.conversation());
        change(place.owner(), place.conversation(), connection -> {
            List<ChatMessage> messages = new ArrayList<>(store.getMessages(key));
            if (place.message() >= messages.size()
                    || !messages.get(place.message()).equals(known)) {
                throw changed();
            }
            messages.set(place.message(), place.replaced(known, photo));
            StoredTurn.requireBytes(messages, mostBytes);
            store.updateMessages(key, messages);
            return update(
                    connection,
                    "UPDATE tandem_chat SET changed = CURRENT_TIMESTAMP" + ROW,
                    place.owner(),
                    place.conversation());
        });
    }

    /**
     * Forgets a conversation and its photos.
     *
     * @throws ApiException if the owner has no such conversation
     */
    void delete(String owner, String id) {
        requireId(id);
        change(owner, id, connection -> {
            store.deleteMessages(key(owner, id));
            return update(connection, "DELETE FROM tandem_chat" + ROW, owner, id);
        });
    }

    private interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    private void change(String owner, String id, Work<Integer> work) {
        changing.lock();
        try {
            within(connection -> {
                require(connection, owner, id, " FOR UPDATE");
                return work.in(connection);
            });
        } finally {
            changing.unlock();
        }
    }

    private <T> T within(Work<T> work) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.in(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the conversations cannot be reached: " + e.getMessage(), e);
        }
    }

    private static boolean require(Connection connection, String owner, String id, String lock) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT id FROM tandem_chat" + ROW + lock)) {
            query.setString(1, owner);
            query.setString(2, id);
            try (ResultSet rows = query.executeQuery()) {
                if (!rows.next()) {
                    throw unknown(id);
                }
            }
        }
        return true;
    }

    private static int update(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    private static void requireId(String id) {
        if (!ID.matcher(id).matches()) {
            throw unknown(id);
        }
    }

    private static ApiException changed() {
        return ApiException.refused(
                409,
                "conversation_changed",
                "something else was said in this conversation meanwhile; read it again and repeat the request");
    }

    private static ApiException unknown(String id) {
        return ApiException.notFound(
                "conversation",
                "conversation_not_found",
                "you have no conversation '" + Texts.cut(Texts.clean(id), 40) + "'; POST /v1/conversations begins one");
    }

    private static String key(String owner, String id) {
        return owner + "/" + id;
    }
}

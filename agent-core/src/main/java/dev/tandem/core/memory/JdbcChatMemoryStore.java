package dev.tandem.core.memory;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.store.memory.chat.ChatMemoryStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * LangChain4j's chat memory in a database, photos included. LangChain4j's own JSON loses the images of an {@code AiMessage}; here they come back as they were.
 *
 * <p>Three tables, which are made where they are missing: conversations, their messages, and photos by the hash of their bytes, each once however often it is shared.
 * Every change is one transaction, so a conversation is never half written; several servers may share a database. When a conversation is deleted, or a message leaves
 * its window, photos that nobody refers to any more go with it.
 *
 * <p>Written in SQL that PostgreSQL and H2 understand, and tested with both.
 */
public final class JdbcChatMemoryStore implements ChatMemoryStore {

    /** Longest name of a conversation. */
    private static final int MAX_ID = 200;

    /** How often a change is tried when another one got in between. */
    private static final int TRIES = 5;

    private final DataSource database;

    private JdbcChatMemoryStore(DataSource database) {
        this.database = database;
    }

    /**
     * A memory in a database.
     *
     * @param database that gives connections, best from a pool
     * @throws IllegalStateException if the tables cannot be made
     */
    public static JdbcChatMemoryStore in(DataSource database) {
        JdbcChatMemoryStore store = new JdbcChatMemoryStore(database);
        store.makeTables();
        return store;
    }

    private void makeTables() {
        change("make its tables", connection -> {
            boolean postgres = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
            try (Statement statement = connection.createStatement()) {
                if (postgres) { // two servers that start at once would both find no table
                    statement.execute("SELECT pg_advisory_xact_lock(7462033)");
                }
                statement.execute("CREATE TABLE IF NOT EXISTS tandem_conversation (id VARCHAR(" + MAX_ID
                        + ") PRIMARY KEY, changed TIMESTAMP WITH TIME ZONE NOT NULL)");
                statement.execute("CREATE TABLE IF NOT EXISTS tandem_message (conversation VARCHAR(" + MAX_ID
                        + ") NOT NULL REFERENCES tandem_conversation (id) ON DELETE CASCADE, place INT NOT NULL, message "
                        + (postgres ? "TEXT" : "CHARACTER LARGE OBJECT")
                        + " NOT NULL, PRIMARY KEY (conversation, place))");
                statement.execute("CREATE TABLE IF NOT EXISTS tandem_photo (hash CHAR(64) PRIMARY KEY, bytes "
                        + (postgres ? "BYTEA" : "BINARY LARGE OBJECT") + " NOT NULL)");
                statement.execute(
                        "CREATE TABLE IF NOT EXISTS tandem_shared (conversation VARCHAR(" + MAX_ID
                                + ") NOT NULL, place INT NOT NULL, hash CHAR(64) NOT NULL REFERENCES tandem_photo (hash), PRIMARY KEY (conversation, place, hash),"
                                + " FOREIGN KEY (conversation, place) REFERENCES tandem_message (conversation, place) ON DELETE CASCADE)");
                statement.execute("CREATE INDEX IF NOT EXISTS tandem_shared_hash ON tandem_shared (hash)");
            }
            return true;
        });
    }

    @Override
    public List<ChatMessage> getMessages(Object memoryId) {
        String id = id(memoryId);
        return change("read a conversation", connection -> {
            connection.setTransactionIsolation(
                    Connection.TRANSACTION_REPEATABLE_READ); // messages and photos of one moment
            Map<String, byte[]> photos = photos(connection, id);
            List<ChatMessage> messages = new ArrayList<>();
            for (String json : stored(connection, id)) {
                messages.add(StoredMessage.restore(json, photos::get));
            }
            return messages;
        });
    }

    /** Replaces a conversation's messages; those that are there already are not written again. */
    @Override
    public void updateMessages(Object memoryId, List<ChatMessage> messages) {
        String id = id(memoryId);
        List<StoredMessage> wanted = messages.stream().map(StoredMessage::of).toList();
        change("write a conversation", connection -> {
            lock(connection, id);
            List<String> old = stored(connection, id);
            int same = 0;
            while (same < old.size()
                    && same < wanted.size()
                    && old.get(same).equals(wanted.get(same).json())) {
                same++;
            }
            Set<String> left = remove(connection, id, same);
            for (int place = same; place < wanted.size(); place++) {
                insert(connection, id, place, wanted.get(place));
            }
            forget(connection, left);
            return true;
        });
    }

    /** Deletes a conversation, and the photos that no other one shares. */
    @Override
    public void deleteMessages(Object memoryId) {
        String id = id(memoryId);
        change("delete a conversation", connection -> {
            lock(connection, id);
            Set<String> left = remove(connection, id, 0);
            update(connection, "DELETE FROM tandem_conversation WHERE id = ?", id);
            forget(connection, left);
            return true;
        });
    }

    private static String id(Object memoryId) {
        String id = memoryId.toString();
        if (id.isEmpty() || id.length() > MAX_ID) {
            throw new IllegalArgumentException(
                    "the name of a conversation has 1 to " + MAX_ID + " characters, got " + id.length());
        }
        return id;
    }

    /** Changes of one conversation wait for each other. */
    private static void lock(Connection connection, String id) throws SQLException {
        if (update(connection, "UPDATE tandem_conversation SET changed = CURRENT_TIMESTAMP WHERE id = ?", id) == 0) {
            update(connection, "INSERT INTO tandem_conversation (id, changed) VALUES (?, CURRENT_TIMESTAMP)", id);
        }
    }

    private static List<String> stored(Connection connection, String id) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT message FROM tandem_message WHERE conversation = ? ORDER BY place")) {
            query.setString(1, id);
            List<String> all = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    all.add(rows.getString(1));
                }
            }
            return all;
        }
    }

    private static Map<String, byte[]> photos(Connection connection, String id) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT hash, bytes FROM tandem_photo WHERE hash IN (SELECT hash FROM tandem_shared WHERE conversation = ?)")) {
            query.setString(1, id);
            Map<String, byte[]> all = new HashMap<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    all.put(rows.getString(1), rows.getBytes(2));
                }
            }
            return all;
        }
    }

    /** Removes the messages from a place on, and says which photos they had. */
    private static Set<String> remove(Connection connection, String id, int from) throws SQLException {
        Set<String> hashes = new TreeSet<>();
        try (PreparedStatement query =
                connection.prepareStatement("SELECT hash FROM tandem_shared WHERE conversation = ? AND place >= ?")) {
            query.setString(1, id);
            query.setInt(2, from);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    hashes.add(rows.getString(1));
                }
            }
        }
        update(connection, "DELETE FROM tandem_message WHERE conversation = ? AND place >= ?", id, from);
        return hashes;
    }

    private static void insert(Connection connection, String id, int place, StoredMessage message) throws SQLException {
        update(
                connection,
                "INSERT INTO tandem_message (conversation, place, message) VALUES (?, ?, ?)",
                id,
                place,
                message.json());
        // in one order for all, so that two conversations with the same photos do not wait for each other in a circle
        for (Map.Entry<String, byte[]> picture : new TreeMap<>(message.pictures()).entrySet()) {
            if (!isThere(connection, picture.getKey())) {
                update(
                        connection,
                        "INSERT INTO tandem_photo (hash, bytes) VALUES (?, ?)",
                        picture.getKey(),
                        picture.getValue());
            }
            update(
                    connection,
                    "INSERT INTO tandem_shared (conversation, place, hash) VALUES (?, ?, ?)",
                    id,
                    place,
                    picture.getKey());
        }
    }

    private static boolean isThere(Connection connection, String hash) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT 1 FROM tandem_photo WHERE hash = ?")) {
            query.setString(1, hash);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** Deletes those photos that nobody shares any more. */
    private static void forget(Connection connection, Set<String> hashes) throws SQLException {
        for (String hash : hashes) {
            update(
                    connection,
                    "DELETE FROM tandem_photo WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM tandem_shared WHERE tandem_shared.hash = tandem_photo.hash)",
                    hash);
        }
    }

    private static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                if (values[i] instanceof byte[] bytes) {
                    statement.setBytes(i + 1, bytes);
                } else {
                    statement.setObject(i + 1, values[i]);
                }
            }
            return statement.executeUpdate();
        }
    }

    private interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /** Does it all or nothing; again where another server changed the same rows meanwhile. */
    private <T> T change(String what, Work<T> work) {
        SQLException last = null;
        for (int i = 0; i < TRIES; i++) {
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
                if (!isCollision(e)) {
                    throw new IllegalStateException("the chat memory could not " + what + ": " + e.getMessage(), e);
                }
                last = e;
            }
        }
        throw new IllegalStateException(
                "the chat memory could not " + what + " in " + TRIES + " tries: "
                        + (last == null ? "" : last.getMessage()),
                last);
    }

    /** Violated keys, deadlocks, serialization failures, lock time-outs. */
    private static boolean isCollision(SQLException e) {
        @Nullable String state = e.getSQLState();
        return state != null && (state.startsWith("23") || state.startsWith("40") || state.equals("HYT00"));
    }
}

package dev.tandem.samples.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.AiMessage;
import dev.tandem.core.memory.JdbcChatMemoryStore;
import dev.tandem.samples.SampleProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RememberingAssistantTest {

    @TempDir
    Path folder;

    @Test
    void goesOnWhereItWasStoppedWithItsPhoto() throws Exception {
        List<String> first = SampleProgram.run(
                RememberingAssistant.class,
                folder,
                "Can you show me a photo of a red car in the snow?",
                folder.toString());
        assertEquals("2 messages are remembered", first.get(first.size() - 1));
        assertTrue(first.get(1).startsWith("photo.png shows "), first.toString());
        List<String> second =
                SampleProgram.run(RememberingAssistant.class, folder, "Nice {{braces}}!", folder.toString());
        assertEquals("4 messages are remembered", second.get(second.size() - 1));

        JdbcDataSource database = new JdbcDataSource();
        database.setUrl("jdbc:h2:" + folder.resolve("memory"));
        AiMessage remembered = (AiMessage)
                JdbcChatMemoryStore.in(database).getMessages("holiday").get(1);
        assertEquals(
                Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("photo.png"))),
                remembered.images().get(0).base64Data());
    }
}

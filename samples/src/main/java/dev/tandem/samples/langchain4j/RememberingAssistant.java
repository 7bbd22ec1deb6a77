package dev.tandem.samples.langchain4j;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.memory.chat.TokenWindowChatMemory;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.V;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.langchain4j.TandemChatModel;
import dev.tandem.core.langchain4j.TandemTokenCountEstimator;
import dev.tandem.core.memory.JdbcChatMemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.h2.jdbcx.JdbcDataSource;

/** An AI service of LangChain4j whose conversations, photos included, outlive the program: start it again and it goes on. */
public final class RememberingAssistant {

    /** What LangChain4j makes an object of. */
    interface Friend {
        // a variable of a template: as the template itself, a message with {{braces}} would fail
        @UserMessage("{{message}}")
        AiMessage chat(@MemoryId String conversation, @V("message") String message);
    }

    private RememberingAssistant() {}

    /**
     * Says something.
     *
     * @param args the message, then the folder of the database and the photos
     */
    public static void main(String... args) throws IOException {
        Path folder = Path.of(args[1]);
        JdbcDataSource database = new JdbcDataSource();
        database.setUrl("jdbc:h2:" + folder.toAbsolutePath().resolve("memory"));
        JdbcChatMemoryStore store = JdbcChatMemoryStore.in(database);

        try (PhotoSharingAgent agent = PhotoSharingAgent.builder().build()) {
            Friend friend = AiServices.builder(Friend.class)
                    .chatModel(TandemChatModel.builder().agent(agent).build())
                    .chatMemoryProvider(id -> TokenWindowChatMemory.builder()
                            .id(id)
                            .maxTokens(400, new TandemTokenCountEstimator(agent))
                            .chatMemoryStore(store)
                            .build())
                    .build();
            AiMessage answer = friend.chat("holiday", args[0]);
            System.out.println(answer.text());
            for (Image photo : answer.images()) {
                Files.write(folder.resolve("photo.png"), Base64.getDecoder().decode(photo.base64Data()));
                System.out.println("photo.png shows " + photo.revisedPrompt());
            }
            System.out.println(store.getMessages("holiday").size() + " messages are remembered");
        }
    }
}

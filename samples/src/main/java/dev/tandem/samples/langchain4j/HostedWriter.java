package dev.tandem.samples.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.langchain4j.HostedLanguageStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A hosted language model writes, and the embedded diffusion model draws its captions: the paper's pipeline. */
public final class HostedWriter {

    private HostedWriter() {}

    /**
     * Says something.
     *
     * @param args the message, the address of a server that speaks OpenAI's API, the name of its model, and its key
     */
    public static void main(String... args) throws IOException {
        StreamingChatModel hosted = OpenAiStreamingChatModel.builder()
                .baseUrl(args[1])
                .modelName(args[2])
                .apiKey(args[3])
                .build();
        try (PhotoSharingAgent agent = PhotoSharingAgent.builder()
                .languageModel(HostedLanguageStage.of(hosted))
                .build()) {
            Reply reply = agent.conversation().say(args[0]);
            System.out.println(reply.text());
            for (Photo photo : reply.photos()) {
                Files.write(Path.of("photo.png"), photo.png());
                System.out.println("photo.png shows " + photo.caption());
            }
        }
    }
}

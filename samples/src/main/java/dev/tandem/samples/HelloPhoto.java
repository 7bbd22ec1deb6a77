package dev.tandem.samples;

import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The smallest whole program: says something to the embedded agent and writes the photos of its answer. */
public final class HelloPhoto {

    private HelloPhoto() {}

    public static void main(String... args) throws IOException {
        try (PhotoSharingAgent agent = PhotoSharingAgent.builder().seed(1L).build()) {
            Reply reply = agent.conversation().say("Can you show me a photo of a red car in the snow?");
            System.out.println(reply.text());
            for (Photo photo : reply.photos()) {
                Files.write(Path.of("photo.png"), photo.png());
                System.out.println("photo.png shows " + photo.caption());
            }
        }
    }
}

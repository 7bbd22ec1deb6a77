package dev.tandem.core.agent;

import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.vision.SentPhoto;
import java.nio.file.Path;
import java.util.List;

/**
 * A dialogue that goes on. It remembers as many of the last turns as the model can read, and their photos; what is older is forgotten.
 *
 * <p>Safe to use from several threads: messages are answered one after the other. A message whose answer failed or was cancelled leaves
 * no trace.
 */
public final class Conversation {

    private final PhotoSharingAgent agent;
    private final long seed;
    private Dialogue dialogue = Dialogue.EMPTY;
    private long replies;

    Conversation(PhotoSharingAgent agent, long seed) {
        this.agent = agent;
        this.seed = seed;
    }

    /** Says something and waits for the answer. */
    public Reply say(String message) {
        return say(message, agent.listener(), new Cancellation());
    }

    /**
     * Says something and hears the answer as it comes.
     *
     * @throws IllegalArgumentException if the message is empty or too long
     * @throws dev.tandem.core.stage.CancelledException if cancelled
     */
    public Reply say(String message, AgentListener listener, Cancellation cancellation) {
        return say(message, List.of(), listener, cancellation);
    }

    /**
     * Says something about a photo in a file and waits for the answer.
     *
     * @param photo a PNG, JPEG, GIF or BMP file
     * @throws IllegalArgumentException if the message is empty or too long, the photo can't be read, or the model sees none
     */
    public Reply say(String message, Path photo) {
        return say(message, List.of(SentPhoto.read(photo)), agent.listener(), new Cancellation());
    }

    /**
     * Says something about a photo and waits for the answer.
     *
     * @param photo the bytes of a PNG, JPEG, GIF or BMP file
     * @throws IllegalArgumentException if the message is empty or too long, the photo can't be read, or the model sees none
     */
    public Reply say(String message, byte[] photo) {
        return say(message, List.of(SentPhoto.of(photo)), agent.listener(), new Cancellation());
    }

    /**
     * Says something that comes with photos and hears the answer as it comes.
     *
     * @param photos that are sent with the message ({@link SentPhoto}); perhaps none
     * @throws IllegalArgumentException if the message is empty or too long, or there are photos and the model sees none
     * @throws dev.tandem.core.stage.CancelledException if cancelled
     */
    public synchronized Reply say(
            String message, List<Photo> photos, AgentListener listener, Cancellation cancellation) {
        Dialogue asked = agent.remember(dialogue, message, photos);
        Reply reply = agent.reply(asked, Seeds.derive(seed, replies), listener, cancellation);
        dialogue = reply.parts().isEmpty() ? asked : asked.with(new Turn(Speaker.AGENT, reply.parts()));
        replies++;
        return reply;
    }

    /** What is remembered. */
    public synchronized Dialogue dialogue() {
        return dialogue;
    }

    /** The seed that the answers' seeds come from: the same messages to the same model give the same conversation. */
    public long seed() {
        return seed;
    }
}

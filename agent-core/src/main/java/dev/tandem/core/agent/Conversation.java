package dev.tandem.core.agent;

import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.stage.Cancellation;

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
    public synchronized Reply say(String message, AgentListener listener, Cancellation cancellation) {
        Dialogue asked = agent.remember(dialogue, message);
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

package dev.tandem.core.agent;

import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.safety.Verdict;
import java.time.Duration;

/**
 * Hears what an agent has done, whoever asked for it and whichever {@link AgentListener} heard it come: for metrics and records. Called on the
 * thread that asked, before it gets its answer; what it throws is logged and changes nothing. Safe to use from several threads.
 */
public interface AgentObserver {

    /** Hears nothing. */
    AgentObserver NONE = new AgentObserver() {};

    /** The agent answered; what guards said is in it. */
    default void onReply(Reply reply) {}

    /**
     * A caption was drawn without the language model deciding ({@link PhotoSharingAgent#draw}).
     *
     * @param took drawing and guards
     */
    default void onDrawn(Photo photo, Duration took) {}

    /** A guard has something to say against a photo that {@link PhotoSharingAgent#draw} was to draw; a blocked one is not heard of otherwise. */
    default void onJudged(Verdict verdict) {}
}

package dev.tandem.spring;

import dev.tandem.core.agent.AgentObserver;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.safety.Verdict;
import java.time.Duration;
import java.util.List;

/** Tells several observers. */
record AgentObservers(List<AgentObserver> all) implements AgentObserver {

    @Override
    public void onReply(Reply reply) {
        all.forEach(each -> each.onReply(reply));
    }

    @Override
    public void onDrawn(Photo photo, Duration took) {
        all.forEach(each -> each.onDrawn(photo, took));
    }

    @Override
    public void onJudged(Verdict verdict) {
        all.forEach(each -> each.onJudged(verdict));
    }
}

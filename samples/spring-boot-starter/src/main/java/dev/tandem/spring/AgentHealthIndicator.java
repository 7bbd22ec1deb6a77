package dev.tandem.spring;

import dev.tandem.core.agent.PhotoSharingAgent;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/** Whether the agent answers. Nothing is computed for it. */
final class AgentHealthIndicator extends AbstractHealthIndicator {

    private final PhotoSharingAgent agent;

    AgentHealthIndicator(PhotoSharingAgent agent) {
        super("the agent's health could not be told");
        this.agent = agent;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        builder.withDetail("model", agent.config().name())
                .withDetail("seesPhotos", agent.seesPhotos())
                .withDetail("checksPictures", agent.checksPictures());
        if (agent.isClosed()) {
            builder.outOfService().withDetail("reason", "the agent is closed");
        } else {
            builder.up();
        }
    }
}

package dev.tandem.spring;

import dev.tandem.core.agent.PhotoSharingAgent;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Health, where the application has an Actuator; {@code management.health.tandem.enabled} switches it off. */
@AutoConfiguration(after = TandemAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(PhotoSharingAgent.class)
public class TandemHealthAutoConfiguration {

    /** Says {@code tandem} in the list of what is healthy. */
    @Bean
    @ConditionalOnEnabledHealthIndicator("tandem")
    @ConditionalOnMissingBean(name = "tandemHealthIndicator")
    public HealthIndicator tandemHealthIndicator(PhotoSharingAgent agent) {
        return new AgentHealthIndicator(agent);
    }
}

package dev.tandem.spring;

import dev.tandem.core.agent.ScriptedStages;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Stages that load nothing. */
@Configuration(proxyBeanMethods = false)
class ScriptedStagesConfiguration {

    @Bean
    TandemAgentCustomizer scriptedStages() {
        ScriptedStages stages = new ScriptedStages(dialogue -> "hello");
        return builder -> builder.stages(ScriptedStages.CONFIG, stages.language, stages.bridge, stages.image);
    }
}

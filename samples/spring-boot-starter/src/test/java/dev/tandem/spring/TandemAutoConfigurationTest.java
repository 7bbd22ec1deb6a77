package dev.tandem.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.memory.ChatMemory;
import dev.langchain4j.memory.chat.ChatMemoryProvider;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.store.memory.chat.ChatMemoryStore;
import dev.langchain4j.store.memory.chat.InMemoryChatMemoryStore;
import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.langchain4j.TandemChatModel;
import dev.tandem.core.langchain4j.TandemImageModel;
import dev.tandem.core.langchain4j.TandemStreamingChatModel;
import dev.tandem.core.langchain4j.TandemTokenCountEstimator;
import dev.tandem.core.memory.JdbcChatMemoryStore;
import dev.tandem.core.safety.CaptionGuard;
import dev.tandem.core.safety.ImageGuard;
import dev.tandem.core.safety.Verdict;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What an application finds, with the embedded default; most contexts end before a model is loaded. */
class TandemAutoConfigurationTest {

    private static final String CAR = "Can you show me a photo of a red car in the snow?";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TandemAutoConfiguration.class,
                    TandemChatMemoryAutoConfiguration.class,
                    TandemChatMemoryProviderAutoConfiguration.class,
                    TandemHealthAutoConfiguration.class,
                    TandemMetricsAutoConfiguration.class));

    /** An agent that is never asked, and costs nothing. */
    private final ApplicationContextRunner scripted = runner.withUserConfiguration(ScriptedStagesConfiguration.class);

    @Test
    void propertiesAndBeansOfTheApplicationReachTheAgent() {
        runner.withUserConfiguration(Surroundings.class)
                .withPropertyValues(
                        "tandem.seed=1", "tandem.steps=7", "tandem.top-p=0.5", "tandem.width=64", "tandem.height=64")
                .run(context -> {
                    PhotoSharingAgent agent = context.getBean(PhotoSharingAgent.class);
                    assertThat(agent.imageOptions().steps()).isEqualTo(7);
                    assertThat(agent.imageOptions().width()).isEqualTo(64);
                    assertThat(agent.languageOptions().topP()).isEqualTo(0.5);

                    TandemChatModel model = context.getBean(TandemChatModel.class);
                    assertThat(model.agent()).isSameAs(agent);
                    AiMessage answer = model.chat(UserMessage.from(CAR)).aiMessage();
                    assertThat(answer.images()).hasSize(1);
                    Surroundings surroundings = context.getBean(Surroundings.class);
                    assertThat(surroundings.heard).containsExactly("guard", "picture", "answer");

                    agent.reply(Dialogue.EMPTY, CAR);
                    assertThat(surroundings.heard).contains("listener");

                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    assertThat(registry.get("tandem.answer").timer().count()).isEqualTo(2);
                    assertThat(registry.get("tandem.first.token").timer().count())
                            .isEqualTo(2);
                    assertThat(registry.get("tandem.photo").timer().count()).isEqualTo(2);
                    assertThat(registry.get("tandem.photos.drawn").counter().count())
                            .isEqualTo(2);
                    assertThat(registry.get("tandem.tokens")
                                    .tag("kind", "completion")
                                    .counter()
                                    .count())
                            .isPositive();
                    assertThat(registry.get("tandem.judgements")
                                    .tag("action", "flag")
                                    .counter()
                                    .count())
                            .isEqualTo(2);

                    HealthIndicator health = context.getBean(HealthIndicator.class);
                    Health up = health.health();
                    assertThat(up.getStatus()).isEqualTo(Status.UP);
                    assertThat(up.getDetails())
                            .containsEntry("model", "Tandem's small default")
                            .containsEntry("checksPictures", true);
                    context.close();
                    assertThat(agent.isClosed()).isTrue();
                    assertThat(health.getHealth(false).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
                });
    }

    @Test
    void modelsOfLangChain4jStepBackBehindTheApplicationsOwn() {
        scripted.run(context -> {
            assertThat(context).hasSingleBean(TandemStreamingChatModel.class).hasSingleBean(TandemImageModel.class);
            assertThat(context.getBean(ChatModel.class)).isInstanceOf(TandemChatModel.class);
        });
        ChatModel hosted = new ChatModel() {};
        scripted.withBean("hosted", ChatModel.class, () -> hosted).run(context -> {
            assertThat(context.getBeanProvider(ChatModel.class).getObject()).isSameAs(hosted);
            assertThat(context).hasSingleBean(TandemChatModel.class);
        });
    }

    @Test
    void conversationsGoIntoTheApplicationsDatabase() {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:starter;DB_CLOSE_DELAY=-1", "", "");
        ApplicationContextRunner withDatabase = scripted.withBean(DataSource.class, () -> database)
                .withPropertyValues("tandem.chat-memory.max-tokens=60");
        withDatabase.run(context -> {
            ChatMemory memory = context.getBean(ChatMemoryProvider.class).get("holiday");
            memory.add(UserMessage.from("a".repeat(50)));
            memory.add(UserMessage.from("b".repeat(50)));
            assertThat(context.getBean(JdbcChatMemoryStore.class).getMessages("holiday"))
                    .containsExactly(UserMessage.from("b".repeat(50)));
        });
        withDatabase
                .withBean(ChatMemoryStore.class, InMemoryChatMemoryStore::new)
                .run(context -> assertThat(context)
                        .doesNotHaveBean(JdbcChatMemoryStore.class)
                        .hasSingleBean(ChatMemoryProvider.class));
        withDatabase
                .withPropertyValues("tandem.chat-memory.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(ChatMemoryStore.class)
                        .doesNotHaveBean(ChatMemoryProvider.class));
        scripted.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ChatMemoryStore.class));
    }

    @Test
    void doesWithoutActuatorMicrometerAndLangChain4jsServices() {
        scripted.withClassLoader(new FilteredClassLoader(
                        "io.micrometer", "org.springframework.boot.actuate", "dev.langchain4j.memory"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(TandemTokenCountEstimator.class));
        scripted.run(context -> assertThat(context).doesNotHaveBean(TandemMetrics.class));
        scripted.withPropertyValues("management.health.tandem.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
        runner.withBean(SimpleMeterRegistry.class)
                .withPropertyValues("tandem.enabled=false")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(PhotoSharingAgent.class)
                        .doesNotHaveBean(TandemMetrics.class)
                        .doesNotHaveBean(HealthIndicator.class));
    }

    @Test
    void whatIsWrongIsSaidWithTheNameOfItsProperty() {
        assertRefused("tandem.steps=0", "tandem.steps with value '0' is invalid: steps lie from 1 to 1000, got 0");
        assertRefused("tandem.top-p=1.5", "tandem.top-p with value '1.5'");
        assertRefused("tandem.temperature=-1", "tandem.temperature with value '-1.0'");
        assertRefused("tandem.guidance=101", "tandem.guidance with value '101.0'");
        assertRefused("tandem.max-new-tokens=0", "tandem.max-new-tokens with value '0'");
        assertRefused("tandem.max-photos-per-turn=-1", "tandem.max-photos-per-turn with value '-1'");
        assertRefused("tandem.max-message-length=0", "tandem.max-message-length with value '0'");
        assertRefused("tandem.memory-tokens=0", "tandem.memory-tokens with value '0'");
        assertRefused("tandem.width=64", "tandem.width with value '64' is invalid: tandem.height must be set with it");
        assertRefused("tandem.height=5000", "tandem.height with value '5000'");
        assertRefused("tandem.device=tpu", "tandem.device with value 'tpu' is invalid: unknown device 'tpu'");
        assertRefused("tandem.safety.blocked-words=?!", "tandem.safety.blocked-words");
    }

    private void assertRefused(String property, String said) {
        runner.withPropertyValues(property)
                .run(context ->
                        assertThat(context.getStartupFailure()).rootCause().hasMessageContaining(said));
    }

    @Test
    void aModelThatIsMissingIsSaidInTwoSentences() {
        runner.withPropertyValues("tandem.model=/nowhere/model").run(context -> {
            FailureAnalysis analysis = new ModelFailureAnalyzer().analyze(context.getStartupFailure());
            assertThat(analysis.getDescription())
                    .contains("tandem.model=/nowhere/model")
                    .contains("there is no model '/nowhere/model'");
            assertThat(analysis.getAction()).contains("Set tandem.model to the path of a model folder");
        });
        runner.withPropertyValues("tandem.image-model=/nowhere/sd")
                .run(context -> assertThat(new ModelFailureAnalyzer()
                                .analyze(context.getStartupFailure())
                                .getDescription())
                        .contains("tandem.image-model=/nowhere/sd"));
    }

    /** What an application may have beside the agent. */
    @Configuration(proxyBeanMethods = false)
    static class Surroundings {

        private final List<String> heard = new CopyOnWriteArrayList<>();

        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }

        @Bean
        CaptionGuard captionGuard() {
            return caption -> {
                heard.add("guard");
                return Verdict.of(Verdict.Action.FLAG, "doubtful");
            };
        }

        @Bean
        ImageGuard imageGuard() {
            return picture -> {
                heard.add("picture");
                return Verdict.ALLOWED;
            };
        }

        @Bean
        ChatModelListener chatModelListener() {
            return new ChatModelListener() {
                @Override
                public void onResponse(ChatModelResponseContext context) {
                    heard.add("answer");
                }
            };
        }

        @Bean
        AgentListener agentListener() {
            return new AgentListener() {
                @Override
                public void onText(String piece) {
                    heard.add("listener");
                }
            };
        }
    }
}

package dev.tandem.core.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.tandem.core.agent.PhotoSharingAgent;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What chat models are made of.
 *
 * @param chat answers
 * @param ownsAgent whether the agent is closed with the model
 * @param parameters of requests that say nothing else
 * @param listeners of requests
 */
record ModelParts(
        AgentChat chat, boolean ownsAgent, ChatRequestParameters parameters, List<ChatModelListener> listeners)
        implements AutoCloseable {

    @Override
    public void close() {
        if (ownsAgent) {
            chat.agent().close();
        }
    }

    /**
     * Settings that all chat models have.
     *
     * @param <B> the model's own builder
     */
    public abstract static class Builder<B extends Builder<B>> {

        private @Nullable PhotoSharingAgent agent;
        private String modelName = "default";
        private @Nullable Double temperature;
        private @Nullable Double topP;
        private @Nullable Integer maxOutputTokens;
        private @Nullable Long seed;
        private @Nullable ChatRequestParameters defaultRequestParameters;
        private List<ChatModelListener> listeners = List.of();

        Builder() {}

        abstract B self();

        /** An agent of yours, which stays open when the model is closed; instead of {@link #modelName}. */
        public B agent(@Nullable PhotoSharingAgent agent) {
            this.agent = agent;
            return self();
        }

        /** A model by its name, such as {@code default}, or the path of a model folder. */
        public B modelName(String modelName) {
            this.modelName = modelName;
            return self();
        }

        /** Divides the language model's logits; 0 takes the likeliest token each time. */
        public B temperature(@Nullable Double temperature) {
            this.temperature = temperature;
            return self();
        }

        /** Share of probability from which tokens are drawn, above 0 and up to 1. */
        public B topP(@Nullable Double topP) {
            this.topP = topP;
            return self();
        }

        /** Most tokens of an answer, captions included. */
        public B maxOutputTokens(@Nullable Integer maxOutputTokens) {
            this.maxOutputTokens = maxOutputTokens;
            return self();
        }

        /** Makes the sequence of answers repeatable; fresh if not set. */
        public B seed(@Nullable Long seed) {
            this.seed = seed;
            return self();
        }

        /** Parameters of requests that say nothing else; what is set here by itself comes before them. */
        public B defaultRequestParameters(@Nullable ChatRequestParameters defaultRequestParameters) {
            this.defaultRequestParameters = defaultRequestParameters;
            return self();
        }

        /** Hear requests, answers and errors. */
        public B listeners(List<ChatModelListener> listeners) {
            this.listeners = List.copyOf(listeners);
            return self();
        }

        ModelParts parts() {
            boolean own = agent == null;
            PhotoSharingAgent used =
                    agent == null ? PhotoSharingAgent.builder().model(modelName).build() : agent;
            String name = own ? modelName : used.config().name();
            ChatRequestParameters parameters = ChatRequestParameters.builder()
                    .modelName(name)
                    .temperature(temperature)
                    .topP(topP)
                    .maxOutputTokens(maxOutputTokens)
                    .build();
            if (defaultRequestParameters != null) {
                parameters = parameters.defaultedBy(defaultRequestParameters);
            }
            // answers come from several threads, so the source of their seeds is one that may be shared
            Random seeds = new Random(seed == null ? new SplittableRandom().nextLong() : seed);
            AgentChat chat = new AgentChat(used, name, seeds);
            try {
                chat.check(parameters);
                if (defaultRequestParameters != null) {
                    chat.check(defaultRequestParameters);
                }
            } catch (RuntimeException e) {
                if (own) {
                    used.close();
                }
                throw e;
            }
            return new ModelParts(chat, own, parameters, listeners);
        }
    }
}

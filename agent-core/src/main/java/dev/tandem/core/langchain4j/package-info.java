/**
 * The agent in LangChain4j's terms: {@link dev.tandem.core.langchain4j.TandemChatModel} and
 * {@link dev.tandem.core.langchain4j.TandemStreamingChatModel}, whose answers carry photos as {@link dev.langchain4j.data.message.AiMessage#images()},
 * {@link dev.tandem.core.langchain4j.TandemImageModel} over the diffusion side alone, and
 * {@link dev.tandem.core.langchain4j.TandemTokenCountEstimator} for a memory's window. The other way round,
 * {@link dev.tandem.core.langchain4j.HostedLanguageStage} lets any chat model of LangChain4j write captions that are drawn here.
 *
 * <p>Messages come in, an {@code AiMessage} goes out. Start with {@code TandemChatModel}.
 */
@NullMarked
package dev.tandem.core.langchain4j;

import org.jspecify.annotations.NullMarked;

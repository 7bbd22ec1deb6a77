package dev.tandem.samples.spring;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.UserMessage;

/** What LangChain4j makes an object of. */
interface Assistant {

    AiMessage chat(@MemoryId String conversation, @UserMessage String message);

    TokenStream stream(@MemoryId String conversation, @UserMessage String message);
}

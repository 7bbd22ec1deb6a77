package dev.tandem.samples.spring;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.V;

/**
 * What LangChain4j makes an object of. The message is a variable of a template and not the template itself, in which it would look for variables: people may
 * type braces.
 */
interface Assistant {

    @UserMessage("{{message}}")
    AiMessage chat(@MemoryId String conversation, @V("message") String message);

    @UserMessage("{{message}}")
    TokenStream stream(@MemoryId String conversation, @V("message") String message);
}

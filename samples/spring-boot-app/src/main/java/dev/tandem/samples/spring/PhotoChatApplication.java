package dev.tandem.samples.spring;

import dev.langchain4j.memory.chat.ChatMemoryProvider;
import dev.langchain4j.service.AiServices;
import dev.tandem.core.langchain4j.TandemChatModel;
import dev.tandem.core.langchain4j.TandemStreamingChatModel;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A chat that shares photos and remembers, over HTTP. Models and memory come from Tandem's starter. */
@SpringBootApplication
public class PhotoChatApplication {

    /** Starts the application. */
    public static void main(String[] args) {
        SpringApplication.run(PhotoChatApplication.class, args);
    }

    @Bean
    Assistant assistant(TandemChatModel model, TandemStreamingChatModel streaming, ChatMemoryProvider memory) {
        return AiServices.builder(Assistant.class)
                .chatModel(model)
                .streamingChatModel(streaming)
                .chatMemoryProvider(memory)
                .build();
    }
}

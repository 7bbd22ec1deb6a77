package dev.tandem.llm.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChatTemplateTest {

    private static final Map<String, String> SPECIALS = Map.of("bos_token", "<s>", "eos_token", "</s>");
    private static final List<ChatMessage> HELLO = List.of(ChatMessage.user("Hello"));

    /** Templates of our own and what transformers 4.57 makes of them. */
    static Stream<JsonNode> cases() throws IOException {
        return Stream.concat(cases("chat-templates.json"), cases("picture-templates.json"));
    }

    private static Stream<JsonNode> cases(String name) throws IOException {
        try (InputStream file = Objects.requireNonNull(ChatTemplateTest.class.getResourceAsStream(name))) {
            JsonNode cases = new ObjectMapper().readTree(file);
            return StreamSupport.stream(cases.spliterator(), false);
        }
    }

    private static ChatMessage message(JsonNode message) {
        JsonNode content = message.get("content");
        String role = message.get("role").asText();
        if (content.isTextual()) {
            return new ChatMessage(role, content.asText());
        }
        List<ChatMessage.Part> parts = new ArrayList<>();
        content.forEach(part -> parts.add(
                part.get("type").asText().equals("image")
                        ? new ChatMessage.Image()
                        : new ChatMessage.Text(part.get("text").asText())));
        return new ChatMessage(role, parts);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rendersWhatTransformersRenders(JsonNode each) {
        List<ChatMessage> messages = new ArrayList<>();
        each.get("messages").forEach(message -> messages.add(message(message)));
        ChatTemplate template = new ChatTemplate(each.get("template").asText(), SPECIALS);
        boolean answer = each.get("answer").asBoolean();
        if (each.has("error")) {
            String message = assertThrows(IllegalArgumentException.class, () -> template.render(messages, answer))
                    .getMessage();
            assertTrue(message.contains(each.get("error").asText()), message);
        } else {
            assertEquals(each.get("text").asText(), template.render(messages, answer));
        }
    }

    @Test
    void todayIsKnown() {
        String text = new ChatTemplate("{% if strftime_now is defined %}{{ strftime_now('%Y') }}{% endif %}", SPECIALS)
                .render(HELLO, true);
        assertTrue(text.matches("20\\d\\d"), text);
    }

    @Test
    void loopsThatJinjavaWouldSkipAreRefused() {
        for (String source : List.of(
                "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}",
                "{% for m in messages %}{{ m.content }}{% else %}nobody{% endfor %}")) {
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> new ChatTemplate(source, SPECIALS).render(HELLO, true))
                    .getMessage();
            assertTrue(message.contains("a loop with 'if' or 'else'"), message);
        }
        assertEquals(
                "Hello",
                new ChatTemplate(
                                "{% if tools %}{% for t in tools if t %}{{ t }}{% endfor %}{% endif %}{{ messages[0].content }}",
                                SPECIALS)
                        .render(HELLO, true));
    }

    @Test
    void whatIsNoTemplateIsNamed() {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> new ChatTemplate("{% for m in %}{{ m }}{% endfor %}{% nonsense %}", SPECIALS)
                                .render(HELLO, true))
                .getMessage();
        assertTrue(message.startsWith("the chat template"), message);
    }
}

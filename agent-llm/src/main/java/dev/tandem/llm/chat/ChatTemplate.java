package dev.tandem.llm.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.FatalTemplateErrorsException;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's chat template, in Jinja: how a chat becomes the text that the model was trained on. Equal to transformers'
 * {@code apply_chat_template} for templates of published models. What people say is put in as it is; special tokens that are spelled in it are the
 * caller's to take care of.
 */
public final class ChatTemplate {

    /** More than any template of a published model makes of a chat that fits into its context. */
    private static final int MAX_OUTPUT = 16 << 20;

    private static final Jinjava JINJA = new Jinjava(JinjavaConfig.newBuilder()
            .withTrimBlocks(true)
            .withLstripBlocks(true)
            .withMaxOutputSize(MAX_OUTPUT)
            .withMaxRenderDepth(20)
            .withLegacyOverrides(LegacyOverrides.THREE_POINT_0)
            .build());

    static {
        JINJA.registerFunction(
                new ELFunctionDefinition("", "raise_exception", ChatTemplate.class, "refuse", String.class));
    }

    private final String source;
    private final Map<String, String> specialTokens;

    /**
     * Reads a template.
     *
     * @param source in Jinja
     * @param specialTokens what it may use by name, such as {@code bos_token}
     */
    public ChatTemplate(String source, Map<String, String> specialTokens) {
        this.source = source;
        this.specialTokens = Map.copyOf(specialTokens);
    }

    /**
     * Puts a chat into words.
     *
     * @param messages the chat
     * @param answer whether the beginning of an answer comes after them
     * @throws IllegalArgumentException if the template refuses the chat (some want user and assistant to take turns), or is no template
     */
    public String render(List<ChatMessage> messages, boolean answer) {
        List<Map<String, String>> turns = new ArrayList<>();
        for (ChatMessage message : messages) {
            turns.add(Map.of("role", message.role(), "content", message.content()));
        }
        Map<String, Object> names = new HashMap<>(specialTokens);
        names.put("messages", turns);
        names.put("add_generation_prompt", answer);
        try {
            RenderResult result = JINJA.renderForResult(source, names);
            for (TemplateError error : result.getErrors()) {
                if (error.getSeverity() == TemplateError.ErrorType.FATAL) {
                    throw new IllegalArgumentException(
                            "the chat template can't put this chat into words: " + message(error));
                }
            }
            return result.getOutput();
        } catch (FatalTemplateErrorsException e) {
            throw new IllegalArgumentException("the chat template is damaged: " + e.getMessage(), e);
        }
    }

    private static String message(TemplateError error) {
        Throwable cause = error.getException();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof Refusal ? cause.getMessage() : error.getMessage();
    }

    /** What templates call where a chat does not fit. */
    public static String refuse(String why) {
        throw new Refusal(why);
    }

    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refusal(String why) {
            super(why);
        }
    }
}

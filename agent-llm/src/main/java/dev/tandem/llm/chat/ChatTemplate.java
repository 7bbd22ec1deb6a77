package dev.tandem.llm.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.FatalTemplateErrorsException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.lib.tag.ForTag;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.objects.date.StrftimeFormatter;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.tree.output.OutputNode;
import dev.tandem.core.config.OneLine;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A model's chat template, in Jinja: how a chat becomes the text that the model was trained on. Gives what transformers'
 * {@code apply_chat_template} gives. What people say is put in as it is and never read as Jinja; special tokens that are spelled in it are
 * the caller's to take care of. A loop with a condition or an {@code else} is refused
 * when it is reached.
 */
public final class ChatTemplate {

    /** More than any template of a published model makes of a chat that fits into its context. */
    private static final int MAX_OUTPUT = 16 << 20;

    /** The behaviour of Jinja 2 where Jinjava would go its own way. */
    private static final Jinjava JINJA = new Jinjava(JinjavaConfig.newBuilder()
            .withKeepTrailingNewline(true)
            .withNestedInterpretationEnabled(false)
            .withMaxOutputSize(MAX_OUTPUT)
            .withMaxRenderDepth(20)
            .withLegacyOverrides(LegacyOverrides.newBuilder()
                    .withEvaluateMapKeys(true)
                    .withIterateOverMapKeys(true)
                    .withUseNaturalOperatorPrecedence(true)
                    .withParseWhitespaceControlStrictly(true)
                    .withAllowAdjacentTextNodes(true)
                    .withUseTrimmingForNotesAndExpressions(true)
                    .withKeepNullableLoopValues(true)
                    .withHandleBackslashInQuotesOnly(true)
                    .build())
            .build());

    /** In Jinja 2, {@code not} is weaker than {@code is}. */
    private static final Pattern NOT_IS = Pattern.compile("\\bnot ([A-Za-z_][\\w.]*(?:\\[[^\\]]*])*) is (?!not\\b)");

    /** What Jinja 2 leaves out under {@code lstrip_blocks} and {@code trim_blocks}; Jinjava would leave out blanks within a line too. */
    private static final Pattern BEFORE_BLOCK = Pattern.compile("(?m)^[ \\t]+(?=\\{[%#](?!\\+))");

    private static final Pattern AFTER_BLOCK = Pattern.compile("((?<!\\+)[%#]})\\n");

    /** Methods of Python's strings, and those of Java's that do the same. */
    private static final Map<String, String> METHODS = Map.of(
            ".upper()", ".toUpperCase()",
            ".lower()", ".toLowerCase()",
            ".lstrip()", ".stripLeading()",
            ".rstrip()", ".stripTrailing()",
            ".startswith(", ".startsWith(",
            ".endswith(", ".endsWith(");

    static {
        JINJA.registerFunction(
                new ELFunctionDefinition("", "raise_exception", ChatTemplate.class, "refuse", String.class));
        JINJA.registerFunction(new ELFunctionDefinition("", "strftime_now", ChatTemplate.class, "now", String.class));
        JINJA.registerTag(new GenerationTag());
        JINJA.registerTag(new PlainForTag());
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
        this.source = adapted(source);
        this.specialTokens = Map.copyOf(specialTokens);
    }

    /** As Jinja 2 reads it: without the last line's end, and with words for what Jinjava calls or groups differently. */
    private static String adapted(String source) {
        String text = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
        text = AFTER_BLOCK.matcher(BEFORE_BLOCK.matcher(text).replaceAll("")).replaceAll("$1");
        text = NOT_IS.matcher(text).replaceAll("$1 is not ");
        for (Map.Entry<String, String> method : METHODS.entrySet()) {
            text = text.replace(method.getKey(), method.getValue());
        }
        return text;
    }

    /**
     * Puts a chat into words.
     *
     * @param messages the chat
     * @param answer whether the beginning of an answer comes after them
     * @throws IllegalArgumentException if the template refuses the chat (some want user and assistant to take turns), or is no template
     */
    public String render(List<ChatMessage> messages, boolean answer) {
        List<Map<String, Object>> turns = new ArrayList<>();
        for (ChatMessage message : messages) {
            turns.add(Map.of("role", message.role(), "content", content(message)));
        }
        Map<String, Object> names = new HashMap<>(specialTokens);
        names.put("messages", turns);
        names.put("add_generation_prompt", answer);
        names.put("strftime_now", true); // templates ask whether it is defined before they call it
        try {
            RenderResult result = JINJA.renderForResult(source, names);
            for (TemplateError error : result.getErrors()) {
                if (error.getSeverity() == TemplateError.ErrorType.FATAL) {
                    throw new IllegalArgumentException(
                            OneLine.of("the chat template can't put this chat into words: " + message(error)));
                }
            }
            return result.getOutput();
        } catch (FatalTemplateErrorsException e) {
            throw new IllegalArgumentException(OneLine.of("the chat template is damaged: " + e.getMessage()), e);
        }
    }

    /** As transformers is given it: a string, or a list of parts that templates of models that see go through. */
    private static Object content(ChatMessage message) {
        List<ChatMessage.Part> parts = message.parts();
        if (parts.size() == 1 && parts.get(0) instanceof ChatMessage.Text words) {
            return words.text();
        }
        List<Map<String, String>> content = new ArrayList<>();
        for (ChatMessage.Part part : parts) {
            content.add(
                    part instanceof ChatMessage.Text words
                            ? Map.of("type", "text", "text", words.text())
                            : Map.of("type", "image"));
        }
        return content;
    }

    private static String message(TemplateError error) {
        Throwable cause = error.getException();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause instanceof Refusal ? cause.getMessage() : error.getMessage());
    }

    /** What templates call where a chat does not fit; public because Jinjava looks for it by reflection. */
    public static String refuse(String why) {
        throw new Refusal(why);
    }

    /** What templates call for today's date; public because Jinjava looks for it by reflection. */
    public static String now(String format) {
        return StrftimeFormatter.format(ZonedDateTime.now(), format, Locale.ENGLISH);
    }

    /** Marks an assistant's words for training; of no effect on the text. */
    private static final class GenerationTag implements Tag {
        private static final long serialVersionUID = 1L;

        @Override
        public String getName() {
            return "generation";
        }

        @Override
        public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
            StringBuilder text = new StringBuilder();
            for (Node child : tag.getChildren()) {
                text.append(child.render(interpreter).getValue());
            }
            return text.toString();
        }
    }

    /** Jinjava's loop shows nothing where it has a condition or an {@code else}; better to say so. */
    private static final class PlainForTag extends ForTag {
        private static final long serialVersionUID = 1L;

        @Override
        public OutputNode interpretOutput(TagNode tag, JinjavaInterpreter interpreter) {
            boolean otherwise = tag.getChildren().stream()
                    .anyMatch(child ->
                            child instanceof TagNode inner && inner.getName().equals("else"));
            if (otherwise || tag.getHelpers().contains(" if ")) {
                throw new Refusal(
                        "it has a loop with 'if' or 'else', which is not supported (line " + tag.getLineNumber() + ")");
            }
            return super.interpretOutput(tag, interpreter);
        }
    }

    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refusal(String why) {
            super(why);
        }
    }
}

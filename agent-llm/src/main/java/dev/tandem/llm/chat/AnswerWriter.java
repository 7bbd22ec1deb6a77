package dev.tandem.llm.chat;

import dev.tandem.llm.decode.Generation;
import dev.tandem.llm.decode.Generator;
import dev.tandem.llm.decode.LogitRules;
import dev.tandem.llm.decode.Spelling;
import dev.tandem.llm.decode.TextStream;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.token.LlmTokenizer;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Lets a model write a text after a prompt of tokens.
 *
 * @param tokenizer spells what is written
 * @param stopIds tokens that end a text
 */
public record AnswerWriter(LlmTokenizer tokenizer, List<Integer> stopIds) {

    public AnswerWriter {
        stopIds = List.copyOf(stopIds);
    }

    /**
     * Writes.
     *
     * @param model used by this thread alone
     * @param prompt at least one token
     * @param text hears pieces of the text as they are written
     * @throws IllegalArgumentException if the prompt does not fit into the model's context
     */
    public ChatModel.Answer write(
            CausalLm model, int[] prompt, ChatModel.Settings settings, RandomGenerator random, Consumer<String> text) {
        return write(model, prompt, new TextStream(tokenizer), settings, random, text);
    }

    /** As above, spelled in another way. */
    public ChatModel.Answer write(
            CausalLm model,
            int[] prompt,
            Spelling spelling,
            ChatModel.Settings settings,
            RandomGenerator random,
            Consumer<String> text) {
        LogitRules rules = LogitRules.builder()
                .stopIds(stopIds)
                .repetitionPenalty(settings.repetitionPenalty())
                .build();
        StopTexts stops = new StopTexts(settings.stops(), text);
        Generation generation = new Generator(model, rules, settings.sampler())
                .generate(
                        prompt,
                        settings.maxNewTokens(),
                        random,
                        id -> stopIds.contains(id) || stops.add(tokenizer.isSpecial(id) ? "" : spelling.add(id)));
        if (!stops.stopped()) {
            stops.add(spelling.finish());
        }
        stops.finish();
        return new ChatModel.Answer(stops.text(), generation.tokens().size(), prompt.length, generation.end());
    }
}

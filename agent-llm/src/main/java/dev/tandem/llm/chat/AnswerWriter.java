package dev.tandem.llm.chat;

import dev.tandem.llm.decode.BeamSearch;
import dev.tandem.llm.decode.Generation;
import dev.tandem.llm.decode.GenerationSettings;
import dev.tandem.llm.decode.Generator;
import dev.tandem.llm.decode.Spelling;
import dev.tandem.llm.decode.TextStream;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.token.LlmTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Lets a model write texts after prompts of tokens.
 *
 * @param tokenizer spells what is written
 * @param stopIds tokens that end a text
 */
public record AnswerWriter(LlmTokenizer tokenizer, List<Integer> stopIds) {

    public AnswerWriter {
        stopIds = List.copyOf(stopIds);
    }

    /**
     * Writes one text.
     *
     * @param model used by this thread alone
     * @param prompt at least one token
     * @param spelling makes text of the tokens
     * @param text hears pieces of the text as they are written; of a search with beams, the whole at the end
     * @throws IllegalArgumentException if the prompt does not fit into the model's context
     */
    public ChatModel.Answer write(
            CausalLm model,
            int[] prompt,
            Spelling spelling,
            GenerationSettings settings,
            RandomGenerator random,
            Consumer<String> text) {
        return write(
                        model,
                        List.of(prompt),
                        () -> spelling,
                        settings,
                        List.of(random),
                        (piece, row) -> text.accept(piece))
                .get(0);
    }

    /**
     * Writes several texts, in one batch unless they are searched with beams; each is what it would be alone.
     *
     * @param random one generator for each
     * @param text hears pieces of the texts as they are written, with the prompt's number
     */
    List<ChatModel.Answer> write(
            CausalLm model,
            List<int[]> prompts,
            GenerationSettings settings,
            List<? extends RandomGenerator> random,
            ObjIntConsumer<String> text) {
        return write(model, prompts, () -> new TextStream(tokenizer), settings, random, text);
    }

    private List<ChatModel.Answer> write(
            CausalLm model,
            List<int[]> prompts,
            Supplier<Spelling> spelling,
            GenerationSettings settings,
            List<? extends RandomGenerator> random,
            ObjIntConsumer<String> text) {
        List<WrittenText> texts = IntStream.range(0, prompts.size())
                .mapToObj(row ->
                        new WrittenText(tokenizer, spelling.get(), settings.stops(), piece -> text.accept(piece, row)))
                .toList();
        return settings.beams() > 1
                ? IntStream.range(0, prompts.size())
                        .mapToObj(row -> searched(model, prompts.get(row), settings, texts.get(row)))
                        .toList()
                : drawn(model, prompts, settings, random, texts);
    }

    private List<ChatModel.Answer> drawn(
            CausalLm model,
            List<int[]> prompts,
            GenerationSettings settings,
            List<? extends RandomGenerator> random,
            List<WrittenText> texts) {
        List<Generation> generations = new Generator(model, settings.rules(stopIds), settings.sampler())
                .generate(
                        prompts,
                        settings.maxNewTokens(),
                        random,
                        (row, id) -> stopIds.contains(id) || texts.get(row).add(id));
        List<ChatModel.Answer> answers = new ArrayList<>();
        for (int row = 0; row < prompts.size(); row++) {
            Generation generation = generations.get(row);
            WrittenText text = texts.get(row);
            answers.add(new ChatModel.Answer(
                    text.finish(),
                    generation.tokens().size(),
                    prompts.get(row).length,
                    text.stopped() ? Generation.End.STOP : generation.end()));
        }
        return answers;
    }

    private ChatModel.Answer searched(CausalLm model, int[] prompt, GenerationSettings settings, WrittenText text) {
        BeamSearch search =
                new BeamSearch(model, settings.rules(stopIds), settings.search(), ids -> stopped(ids, settings));
        int room = Math.max(1, model.contextLength() - prompt.length);
        int[] found = search.search(new int[][] {prompt}, null, Math.min(room, settings.maxNewTokens()), 0)
                .get(0)
                .tokens();
        Generation.End end = Generation.End.LENGTH;
        int tokens = 0;
        for (int at = prompt.length; at < found.length; at++) {
            if (stopIds.contains(found[at])) {
                end = Generation.End.STOP;
                break;
            }
            tokens++;
            if (!text.add(found[at])) {
                end = Generation.End.STOP;
                break;
            }
        }
        return new ChatModel.Answer(text.finish(), tokens, prompt.length, end);
    }

    private boolean stopped(int[] ids, GenerationSettings settings) {
        if (settings.stops().isEmpty()) {
            return false;
        }
        String text = tokenizer.text(IntStream.of(ids).boxed().toList());
        return settings.stops().stream().anyMatch(text::contains);
    }
}

package dev.tandem.samples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.llm.chat.ChatMessage;
import dev.tandem.llm.chat.ChatModel;
import dev.tandem.llm.chat.ChatModelFolder;
import dev.tandem.llm.decode.GenerationSettings;
import dev.tandem.samples.terminal.SafeText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lets a language model write. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = "Let a language model answer a prompt, or continue a text.")
final class GenerateCommand implements Callable<Integer> {

    private final Io io;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "FOLDER_OR_GGUF",
            description =
                    "a model folder in the layout of Hugging Face, a .gguf file, or OWNER/NAME of a fetched model")
    private String model = "";

    @Option(
            names = "--adapter",
            paramLabel = "FOLDER",
            description = "a LoRA adapter as PEFT writes it; one in the model's folder is used without asking")
    private @Nullable Path adapter;

    @Option(
            names = "--prompt",
            required = true,
            paramLabel = "TEXT",
            description = "what to answer, or to continue; may be repeated, for one batch")
    private List<String> prompts = new ArrayList<>();

    @Option(names = "--system", paramLabel = "TEXT", description = "how to answer")
    private @Nullable String system;

    @Option(names = "--raw", description = "continue the text as it is, without the model's chat template")
    private boolean raw;

    @Option(names = "--greedy", description = "always the likeliest token")
    private boolean greedy;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "most tokens to write (default: the model's, else 256)")
    private @Nullable Integer maxNewTokens;

    @Option(names = "--temperature", paramLabel = "X", description = "draw; above 1 more freely, 0 is --greedy")
    private @Nullable Double temperature;

    @Option(names = "--top-k", paramLabel = "N", description = "draw from the N likeliest; 0 for all")
    private @Nullable Integer topK;

    @Option(names = "--top-p", paramLabel = "X", description = "draw from this share of the probability; 1 for all")
    private @Nullable Double topP;

    @Option(
            names = "--min-p",
            paramLabel = "X",
            description = "draw from tokens with this share of the likeliest one's probability; 0 for all")
    private @Nullable Double minP;

    @Option(names = "--beams", paramLabel = "N", description = "search with N beams instead of drawing; 1 for none")
    private @Nullable Integer beams;

    @Option(
            names = "--length-penalty",
            paramLabel = "X",
            description = "of a search: above 0 favours long texts (default: the model's, else 1)")
    private @Nullable Double lengthPenalty;

    @Option(names = "--repetition-penalty", paramLabel = "X", description = "above 1 to repeat less; 1 for none")
    private @Nullable Double repetitionPenalty;

    @Option(
            names = "--no-repeat-ngram-size",
            paramLabel = "N",
            description = "no run of N tokens comes twice; 0 for no such rule")
    private @Nullable Integer noRepeatNgramSize;

    @Option(names = "--stop", paramLabel = "TEXT", description = "end before this text; may be repeated")
    private List<String> stops = new ArrayList<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "the same seed gives the same text (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device = "cpu";

    @Option(names = "--json", description = "one JSON object: text, token counts and times")
    private boolean json;

    GenerateCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws JsonProcessingException {
        if (prompts.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("the prompt is empty");
        }
        if (maxNewTokens != null && maxNewTokens < 1) {
            throw new IllegalArgumentException("--max-new-tokens is at least 1, got " + maxNewTokens);
        }
        if (raw && system != null) {
            throw new IllegalArgumentException("--system has no place in a text that is continued as it is (--raw)");
        }
        boolean draws = temperature != null || topK != null || topP != null || minP != null;
        if (draws && (greedy || beams != null && beams > 1)) {
            throw new IllegalArgumentException((greedy ? "--greedy" : "--beams")
                    + " draws nothing; leave out --temperature, --top-k, --top-p and --min-p");
        }
        if (lengthPenalty != null && beams != null && beams == 1) {
            throw new IllegalArgumentException("--length-penalty is for a search; give --beams above 1 too");
        }
        long start = System.nanoTime();
        try (ChatModel chat = load()) {
            GenerationSettings settings = settings(chat.settings(), draws);
            if (maxNewTokens != null && maxNewTokens >= chat.contextLength()) {
                throw new IllegalArgumentException(
                        "--max-new-tokens is " + maxNewTokens + ", but the model's context of " + chat.contextLength()
                                + " tokens holds the prompt too; ask for fewer");
            }
            long loaded = System.nanoTime();
            long[] first = {0};
            List<ChatModel.Answer> answers = write(chat, settings, (piece, row) -> {
                first[0] = first[0] == 0 ? System.nanoTime() : first[0];
                io.interruption().cancellation().check();
                if (!json && prompts.size() == 1) {
                    io.out().print(SafeText.of(piece));
                    io.out().flush();
                }
            });
            long end = System.nanoTime();
            report(answers, new Times(start, loaded, first[0] == 0 ? loaded : first[0], end));
            return 0;
        }
    }

    /** What the model's own settings become by the options. */
    private ChatModel load() {
        TorchEngine engine = TorchEngine.on(Device.parse(device));
        Path place = ModelPlace.of(model);
        return adapter == null ? ChatModelFolder.load(engine, place) : ChatModelFolder.load(engine, place, adapter);
    }

    private GenerationSettings settings(GenerationSettings own, boolean draws) {
        GenerationSettings.Builder settings = own.toBuilder().stops(stops);
        if (greedy || draws) {
            settings.sample(draws && (temperature == null || temperature > 0)).beams(1);
        }
        if (temperature != null && temperature > 0) {
            settings.temperature(temperature);
        }
        with(topK, settings::topK);
        with(topP, settings::topP);
        with(minP, settings::minP);
        with(beams, settings::beams);
        with(lengthPenalty, settings::lengthPenalty);
        with(repetitionPenalty, settings::repetitionPenalty);
        with(noRepeatNgramSize, settings::noRepeatNgramSize);
        with(maxNewTokens, settings::maxNewTokens);
        return settings.build();
    }

    private static <T> void with(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    private List<ChatModel.Answer> write(ChatModel chat, GenerationSettings settings, ObjIntConsumer<String> listener) {
        // the same seed for each prompt, so that each gets in a batch what it gets alone
        List<SplittableRandom> random =
                prompts.stream().map(prompt -> new SplittableRandom(seed)).toList();
        if (raw) {
            return chat.continuations(prompts, settings, random, listener);
        }
        List<List<ChatMessage>> chats = new ArrayList<>();
        for (String prompt : prompts) {
            List<ChatMessage> messages = new ArrayList<>();
            if (system != null) {
                messages.add(ChatMessage.system(system));
            }
            messages.add(ChatMessage.user(prompt));
            chats.add(messages);
        }
        return chat.answers(chats, settings, random, listener);
    }

    private record Times(long start, long loaded, long first, long end) {}

    private void report(List<ChatModel.Answer> answers, Times times) throws JsonProcessingException {
        if (json) {
            for (ChatModel.Answer answer : answers) {
                io.out().println(json(answer, times));
            }
            return;
        }
        if (answers.size() == 1) {
            io.out().println();
        } else {
            for (int i = 0; i < answers.size(); i++) {
                io.out()
                        .printf(
                                "%s[%d] %s%n",
                                i == 0 ? "" : "\n",
                                i + 1,
                                SafeText.of(answers.get(i).text()));
            }
        }
        int read = answers.stream().mapToInt(ChatModel.Answer::promptTokens).sum();
        int written = answers.stream().mapToInt(ChatModel.Answer::tokens).sum();
        double seconds = Math.max(1e-9, (times.end() - times.first()) / 1e9);
        // a search is heard of at its end, so its speed is that of the whole
        double whole = Math.max(1e-9, (times.end() - times.loaded()) / 1e9);
        io.err()
                .printf(
                        Locale.ROOT,
                        "%d tokens read, %d written, %.1f a second; loaded in %.1f s%n",
                        read,
                        written,
                        written / (seconds < whole / 100 ? whole : seconds),
                        (times.loaded() - times.start()) / 1e9);
    }

    private static String json(ChatModel.Answer answer, Times times) throws JsonProcessingException {
        ObjectMapper mapper = new ObjectMapper();
        var node = mapper.createObjectNode();
        node.put("text", answer.text())
                .put("prompt_tokens", answer.promptTokens())
                .put("tokens", answer.tokens())
                .put("end", answer.end().name().toLowerCase(Locale.ROOT));
        node.putObject("timing")
                .put("load_ms", (times.loaded() - times.start()) / 1_000_000)
                .put("first_token_ms", (times.first() - times.loaded()) / 1_000_000)
                .put("text_ms", (times.end() - times.loaded()) / 1_000_000);
        return mapper.writeValueAsString(node);
    }
}

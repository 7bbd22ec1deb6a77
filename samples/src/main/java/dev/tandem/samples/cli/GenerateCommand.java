package dev.tandem.samples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.llm.chat.ChatMessage;
import dev.tandem.llm.chat.ChatModel;
import dev.tandem.llm.chat.ChatModelFolder;
import dev.tandem.llm.decode.Sampler;
import dev.tandem.samples.terminal.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
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

    @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "what to answer, or to continue")
    private String prompt = "";

    @Option(names = "--system", paramLabel = "TEXT", description = "how to answer")
    private @Nullable String system;

    @Option(names = "--raw", description = "continue the text as it is, without the model's chat template")
    private boolean raw;

    @Option(names = "--greedy", description = "always the likeliest token")
    private boolean greedy;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "most tokens to write (default: ${DEFAULT-VALUE})")
    private int maxNewTokens = 256;

    @Option(names = "--temperature", paramLabel = "X", description = "above 0 (default: ${DEFAULT-VALUE})")
    private double temperature = 0.7;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "draw from the N likeliest; 0 for all (default: ${DEFAULT-VALUE})")
    private int topK;

    @Option(names = "--top-p", paramLabel = "X", description = "draw from this share (default: ${DEFAULT-VALUE})")
    private double topP = 0.95;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description = "above 1 to repeat less (default: ${DEFAULT-VALUE})")
    private double repetitionPenalty = 1;

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
        if (prompt.isBlank()) {
            throw new IllegalArgumentException("the prompt is empty");
        }
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("--max-new-tokens is at least 1, got " + maxNewTokens);
        }
        ChatModel.Settings settings = new ChatModel.Settings(
                greedy ? Sampler.greedy() : new Sampler(temperature, topK, topP),
                repetitionPenalty,
                maxNewTokens,
                stops);
        long start = System.nanoTime();
        try (ChatModel chat = ChatModelFolder.load(TorchEngine.on(Device.parse(device)), ModelPlace.of(model))) {
            long loaded = System.nanoTime();
            long[] first = {0};
            ChatModel.Answer answer = write(chat, settings, piece -> {
                first[0] = first[0] == 0 ? System.nanoTime() : first[0];
                io.interruption().cancellation().check();
                if (!json) {
                    io.out().print(SafeText.of(piece));
                    io.out().flush();
                }
            });
            long end = System.nanoTime();
            if (json) {
                io.out().println(report(answer, loaded - start, Math.max(0, first[0] - loaded), end - loaded));
            } else {
                io.out().println();
                double seconds = Math.max(1e-9, (end - Math.max(first[0], loaded)) / 1e9);
                io.err()
                        .printf(
                                Locale.ROOT,
                                "%d tokens read, %d written, %.1f a second; loaded in %.1f s%n",
                                answer.promptTokens(),
                                answer.tokens(),
                                answer.tokens() / seconds,
                                (loaded - start) / 1e9);
            }
            return 0;
        }
    }

    private ChatModel.Answer write(
            ChatModel chat, ChatModel.Settings settings, java.util.function.Consumer<String> listener) {
        SplittableRandom random = new SplittableRandom(seed);
        if (raw) {
            return chat.continued(prompt, settings, random, listener);
        }
        List<ChatMessage> messages = new ArrayList<>();
        if (system != null) {
            messages.add(ChatMessage.system(system));
        }
        messages.add(ChatMessage.user(prompt));
        return chat.answer(messages, settings, random, listener);
    }

    private static String report(ChatModel.Answer answer, long load, long first, long all)
            throws JsonProcessingException {
        ObjectMapper mapper = new ObjectMapper();
        var node = mapper.createObjectNode();
        node.put("text", answer.text())
                .put("prompt_tokens", answer.promptTokens())
                .put("tokens", answer.tokens())
                .put("end", answer.end().name().toLowerCase(Locale.ROOT));
        node.putObject("timing")
                .put("load_ms", load / 1_000_000)
                .put("first_token_ms", first / 1_000_000)
                .put("text_ms", all / 1_000_000);
        return mapper.writeValueAsString(node);
    }
}

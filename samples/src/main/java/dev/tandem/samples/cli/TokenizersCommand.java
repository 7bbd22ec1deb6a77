package dev.tandem.samples.cli;

import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.token.TextTokenizer;
import dev.tandem.core.weights.WeightException;
import dev.tandem.samples.tokenizer.ClipTokenizerTrainer;
import dev.tandem.samples.tokenizer.LlamaTokenizerTrainer;
import dev.tandem.samples.world.CaptionWriter;
import dev.tandem.samples.world.DialogueTurn;
import dev.tandem.samples.world.DialogueWriter;
import dev.tandem.samples.world.SceneSampler;
import dev.tandem.samples.world.Split;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The first step towards a model of one's own: both tokenizers, learned from the dialogues and captions that will be trained on. */
@Command(
        name = "tokenizers",
        mixinStandardHelpOptions = true,
        description =
                "Trains the two tokenizers of a model folder (llm/ and tokenizer/) on written dialogues and captions.")
public final class TokenizersCommand implements Callable<Integer> {

    private static final Pattern SPECIAL = Pattern.compile("<\\|[^|<>]+\\|>");

    @Parameters(paramLabel = "MODEL", description = "the model folder; its agent.json names the special tokens")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path model;

    @Option(
            names = "--dialogues",
            paramLabel = "N",
            defaultValue = "20000",
            description = "dialogues to learn from (${DEFAULT-VALUE})")
    private int dialogues;

    @Option(
            names = "--captions",
            paramLabel = "N",
            defaultValue = "50000",
            description = "captions to learn from (${DEFAULT-VALUE})")
    private int captions;

    @Option(
            names = "--llm-vocabulary",
            paramLabel = "N",
            defaultValue = "3072",
            description = "ids of the language model (${DEFAULT-VALUE})")
    private int llmVocabulary;

    @Option(
            names = "--clip-vocabulary",
            paramLabel = "N",
            defaultValue = "1200",
            description = "most ids of the text encoder (${DEFAULT-VALUE})")
    private int clipVocabulary;

    @Option(
            names = "--llm-tokens",
            paramLabel = "N",
            defaultValue = "512",
            description = "tokens that the language model takes (${DEFAULT-VALUE})")
    private int llmTokens;

    @Option(
            names = "--clip-tokens",
            paramLabel = "N",
            defaultValue = "32",
            description = "tokens that the text encoder takes (${DEFAULT-VALUE})")
    private int clipTokens;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "another seed writes other texts (${DEFAULT-VALUE})")
    private long seed;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        try {
            LlamaTokenizerTrainer.train(
                    dialogues(), llmVocabulary, specials(AgentConfig.read(model)), llmTokens, model.resolve("llm"));
            ClipTokenizerTrainer.train(captions(), clipVocabulary, clipTokens, model.resolve("tokenizer"));
            for (String part : List.of("llm", "tokenizer")) {
                try (TextTokenizer tokenizer = TextTokenizer.load(model.resolve(part))) {
                    spec.commandLine()
                            .getOut()
                            .println(model.resolve(part) + ": " + tokenizer.vocabularySize() + " tokens");
                }
            }
            return 0;
        } catch (IllegalArgumentException | WeightException | UncheckedIOException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** The template's special tokens and the markers, the one that begins a text first, the one that ends the agent's turn second. */
    private static List<String> specials(AgentConfig agent) {
        AgentConfig.PromptTemplate prompt = agent.prompt();
        Set<String> found = new LinkedHashSet<>();
        for (String piece :
                List.of(prompt.begin(), prompt.agentEnd(), prompt.userStart(), prompt.userEnd(), prompt.agentStart())) {
            for (Matcher m = SPECIAL.matcher(piece); m.find(); ) {
                found.add(m.group());
            }
        }
        found.add(agent.markers().begin());
        found.add(agent.markers().end());
        return new ArrayList<>(found);
    }

    private List<String> dialogues() {
        DialogueWriter writer = new DialogueWriter(Split.TRAIN);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < dialogues; i++) {
            for (DialogueTurn turn : writer.next(random).turns()) {
                texts.add(turn.text());
                turn.caption()
                        .ifPresent(caption -> texts.add(" " + caption)); // as a prompt writes it, after the marker
            }
        }
        return texts;
    }

    private List<String> captions() {
        SceneSampler sampler = new SceneSampler(Split.TRAIN);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < captions; i++) {
            texts.add(CaptionWriter.write(sampler.next(random), random));
        }
        return texts;
    }
}

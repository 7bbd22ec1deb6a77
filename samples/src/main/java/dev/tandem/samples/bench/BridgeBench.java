package dev.tandem.samples.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.bridge.train.BridgeConfig;
import dev.tandem.bridge.train.BridgeTrainer;
import dev.tandem.bridge.vocab.SentenceAlignment.Pool;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.BridgeTraining.BridgedCaptions;
import dev.tandem.core.train.CaptionSpan;
import dev.tandem.core.train.DialogueBatch;
import dev.tandem.core.train.LanguageTraining.LanguageStep;
import dev.tandem.llm.load.TrainableLlama;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.train.LanguageModelTraining;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Caption logits to the rows that enter the text encoder, forward and backward, as joint training does it with the paper's matrix: straight-through
 * softmax, sentence matrix, summed.
 */
final class BridgeBench {

    private static final int BATCH = 8;
    private static final int CAPTION = 20;
    private static final int DIFFUSION_TOKENS = 24;
    private static final int DIFFUSION_VOCABULARY = 49_408;
    private static final int WIDTH = 1024;
    private static final int[] VOCABULARIES = {32_000, 128_256};
    private static final int ROWS = BATCH * CAPTION;
    /** Some thousand runs: before, the virtual machine still compiles beside them, and takes a core from a thread that the other waits for. */
    private static final double WARMUP_SECONDS = 10;

    private static final int MEMORY_RUNS = 9;

    private final TensorEngine engine;
    private final int repeats;
    private final Consumer<String> progress;
    private final SplittableRandom random = new SplittableRandom(0);
    private final BridgeConfig config =
            BridgeConfig.builder().pool(Pool.SUM).noise(false).build();
    private final NumberedWords.Tokenizer tokenizer =
            new NumberedWords.Tokenizer(DIFFUSION_VOCABULARY, DIFFUSION_TOKENS, DIFFUSION_TOKENS);

    BridgeBench(TensorEngine engine, int repeats, Consumer<String> progress) {
        this.engine = engine;
        this.repeats = repeats;
        this.progress = progress;
    }

    ObjectNode run() {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        try (Scope scope = engine.scope()) {
            Tensor table = normal(0.02, DIFFUSION_VOCABULARY, WIDTH);
            Tensor upstream = normal(1, BATCH, DIFFUSION_TOKENS, WIDTH);
            for (int vocabulary : VOCABULARIES) {
                BridgeTrainer bridge =
                        new BridgeTrainer(config, new NumberedWords.Decoder(vocabulary), tokenizer, table);
                alone(bridge, upstream, vocabulary, out);
                withTokenLoss(bridge, upstream, vocabulary, out);
            }
        }
        out.putObject("shape")
                .put("batch", BATCH)
                .put("caption", CAPTION)
                .put("sd_tokens", DIFFUSION_TOKENS)
                .put("v_sd", DIFFUSION_VOCABULARY)
                .put("width", WIDTH);
        return out;
    }

    private Tensor normal(double deviation, long... shape) {
        return engine.randn(random, shape).mul(deviation);
    }

    private void alone(BridgeTrainer bridge, Tensor upstream, int vocabulary, ObjectNode out) {
        try (Scope scope = engine.scope()) {
            Tensor logits = normal(3, ROWS, vocabulary);
            List<List<Integer>> targets = targets(vocabulary);
            Runnable bridged = () -> {
                try (Scope step = engine.scope();
                        GradientTape tape = engine.gradientTape()) {
                    BridgedCaptions captions = bridge.forward(LogitRows.of(logits), targets, 1, random);
                    tape.backward(captions.inputsEmbeds(), upstream);
                    gradient(captions).dense();
                }
            };
            Runnable softmax = () -> {
                try (Scope step = engine.scope();
                        GradientTape tape = engine.gradientTape()) {
                    Tensor leaf = logits.detach().requiresGrad(true);
                    tape.backward(leaf.softmax(-1), logits);
                }
            };
            add(out, vocabulary, "tandem", bridged, 4L * ROWS * vocabulary);
            add(out, vocabulary, "softmax_alone", softmax, -1);
        }
    }

    /** The same where a token loss takes the softmax of the same logits, with and without the bridge; a head of width 8 makes them. */
    private void withTokenLoss(BridgeTrainer bridge, Tensor upstream, int vocabulary, ObjectNode out) {
        LlamaConfig small = LlamaConfig.builder()
                .vocabSize(vocabulary)
                .hiddenSize(8)
                .intermediateSize(8)
                .hiddenLayers(1)
                .attentionHeads(1)
                .keyValueHeads(1)
                .maxPositionEmbeddings(64)
                .tieWordEmbeddings(false)
                .initializerRange(1)
                .build();
        try (Scope scope = engine.scope();
                TrainableLlama llama = TrainableLlama.fresh(engine, small, random)) {
            LanguageModelTraining language = new LanguageModelTraining(llama.model(), llama.parameters());
            DialogueBatch batch = captionsOnly(vocabulary);
            Tensor norm = Objects.requireNonNull(llama.parameters().get("model.norm.weight"));
            norm.requiresGrad(true); // and no other, so that the backward pass ends behind the head
            Runnable alone = () -> {
                try (Scope step = engine.scope();
                        GradientTape tape = engine.gradientTape()) {
                    LanguageStep text = language.forward(batch);
                    text.backward(tape, 1, null);
                    norm.zeroGrad();
                }
            };
            Runnable both = () -> {
                try (Scope step = engine.scope();
                        GradientTape tape = engine.gradientTape()) {
                    LanguageStep text = language.forward(batch);
                    LogitRows logits = Objects.requireNonNull(text.captionLogits());
                    BridgedCaptions captions = bridge.forward(logits, batch.captionTokens(), 1, random);
                    tape.backward(captions.inputsEmbeds(), upstream);
                    text.backward(tape, 1, gradient(captions));
                    norm.zeroGrad();
                }
            };
            add(out, vocabulary, "token_loss", alone, -1);
            add(out, vocabulary, "token_loss_and_tandem", both, -1);
        }
    }

    private List<List<Integer>> targets(int vocabulary) {
        return IntStream.range(0, BATCH)
                .mapToObj(b -> random.ints(CAPTION, 0, vocabulary).boxed().toList())
                .toList();
    }

    /** Dialogues of a caption and a token before it; the caption's tokens are the targets. */
    private DialogueBatch captionsOnly(int vocabulary) {
        int columns = CAPTION + 1;
        long[] ids = random.longs((long) BATCH * columns, 0, vocabulary).toArray();
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        Tensor all = engine.tensor(ones, BATCH, columns);
        List<CaptionSpan> captions = new ArrayList<>();
        for (int b = 0; b < BATCH; b++) {
            captions.add(new CaptionSpan(b, 1, columns));
        }
        return new DialogueBatch(engine.tensor(ids, BATCH, columns), all, all, captions);
    }

    private static LogitGradient gradient(BridgedCaptions captions) {
        LogitGradient gradient = captions.gradient();
        if (gradient == null) {
            throw new IllegalStateException("no gradient came back to the logits");
        }
        return gradient;
    }

    private void add(ObjectNode out, int vocabulary, String name, Runnable work, long wanted) {
        Timing timing = Timing.of(work, repeats, WARMUP_SECONDS);
        ObjectNode entry = out.putObject("v_llm_" + vocabulary + "." + name);
        entry.set("ms", timing.json(1e3));
        OptionalLong peak = NativeMemory.peakOf(work, MEMORY_RUNS, Math.max(0, wanted));
        if (peak.isPresent()) {
            entry.put("peak_mb", NativeMemory.megabytes(peak.getAsLong()));
            if (wanted >= 0) {
                entry.put("gradient_of_logits_mb", NativeMemory.megabytes(wanted));
                entry.put("extra_mb", NativeMemory.megabytes(peak.getAsLong() - wanted));
            }
        }
        progress.accept("bridge " + vocabulary + " " + name + " " + entry);
    }
}

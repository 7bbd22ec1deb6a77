package dev.tandem.samples.bench;

import dev.tandem.bridge.train.BridgeConfig;
import dev.tandem.bridge.train.BridgeTrainer;
import dev.tandem.bridge.vocab.SentenceAlignment.Pool;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.BridgeTraining;
import dev.tandem.core.train.CaptionSpan;
import dev.tandem.core.train.DialogueBatch;
import dev.tandem.core.train.ImageTraining;
import dev.tandem.core.train.JointBatch;
import dev.tandem.core.train.JointTask;
import dev.tandem.core.train.LanguageTraining;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainListener;
import dev.tandem.core.train.Trainer;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.LoraConfig;
import dev.tandem.core.weights.Parameters;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.schedule.DdpmScheduler;
import dev.tandem.diffusion.schedule.SchedulerConfig;
import dev.tandem.diffusion.train.DiffusionModel;
import dev.tandem.diffusion.train.JointImageTraining;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.train.LanguageModelTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Joint steps on random weights and one batch, by the task and the trainer that train for real. */
final class JointRun implements AutoCloseable {

    private static final int CAPTION = 20;
    private static final int CAPTION_FROM_END = 30;
    private static final int DIFFUSION_TOKENS = 24;

    private final TensorEngine engine;
    private final JointSize size;
    private final Scope home;
    private final Llama llama;
    private final Parameters llamaWeights;
    private final Map<String, Tensor> languageParameters;
    private final DiffusionModel diffusion;
    private final AutoencoderKL autoencoder;
    private final Parameters autoencoderWeights;
    private final JointTask task;
    private final Map<String, List<Double>> parts = new LinkedHashMap<>();

    /** Makes the models, with weights from a fixed seed. */
    JointRun(TensorEngine engine, JointSize size) {
        this.engine = engine;
        this.size = size;
        RandomGenerator random = new SplittableRandom(1);
        home = engine.scope();
        llamaWeights = new Parameters(new FreshWeights(engine, random));
        LoraConfig lora = size.lora();
        if (lora == null) {
            llama = LlamaLoader.build(engine, size.language(), llamaWeights);
            languageParameters = llamaWeights.asMap();
        } else {
            LoraAdapter adapter = LoraAdapter.fresh(engine, lora, random);
            llama = LlamaLoader.build(engine, size.language(), adapter.on(llamaWeights));
            languageParameters = adapter.parameters();
        }
        diffusion = DiffusionModel.build(
                engine, size.text(), new FreshWeights(engine, random), size.unet(), new FreshWeights(engine, random));
        autoencoderWeights = new Parameters(new FreshWeights(engine, random));
        autoencoder = VaeLoader.build(engine, size.autoencoder(), autoencoderWeights);
        task = task(random);
        home.detach();
    }

    private JointTask task(RandomGenerator random) {
        int pixels = size.unet().sampleSize() * size.autoencoder().downscale();
        Tensor pictures = engine.randn(random, size.batch(), 3, pixels, pixels);
        DialogueBatch dialogues = dialogues(random);
        LanguageTraining language = new LanguageModelTraining(llama, languageParameters);
        BridgeTraining bridge = new BridgeTrainer(
                BridgeConfig.builder().pool(Pool.SUM).noise(false).build(),
                new NumberedWords.Decoder(size.language().vocabSize()),
                new NumberedWords.Tokenizer(
                        size.text().vocabSize(), DIFFUSION_TOKENS, size.text().maxPositions()),
                diffusion.text().tokenTable());
        ImageTraining image = new JointImageTraining(
                diffusion, new DdpmScheduler(SchedulerConfig.stableDiffusion().build()));
        return JointTask.builder()
                .language(timed(language))
                .bridge((logits, targets, step, drawn) ->
                        timed("bridge_forward", () -> bridge.forward(logits, targets, step, drawn)))
                .image(timed(image))
                .data((step, drawn) -> new JointBatch(dialogues, timed("vae_encode", () -> latents(pictures, drawn))))
                .decayEverything(true)
                .build();
    }

    private DialogueBatch dialogues(RandomGenerator random) {
        int tokens = size.batch() * size.length();
        long[] ids = random.longs(tokens, 0, size.language().vocabSize()).toArray();
        long[] ones = new long[tokens];
        Arrays.fill(ones, 1);
        Tensor all = engine.tensor(ones, size.batch(), size.length());
        int start = size.length() - CAPTION_FROM_END + 1;
        List<CaptionSpan> captions = new ArrayList<>();
        for (int b = 0; b < size.batch(); b++) {
            captions.add(new CaptionSpan(b, start, start + CAPTION));
        }
        return new DialogueBatch(engine.tensor(ids, size.batch(), size.length()), all, all, captions);
    }

    private Tensor latents(Tensor pictures, RandomGenerator random) {
        int side = size.unet().sampleSize();
        Tensor noise = engine.randn(random, size.batch(), size.autoencoder().latentChannels(), side, side);
        try (Scope scope = engine.scope()) {
            return scope.keep(engine.unrecorded(
                    () -> autoencoder.toDiffusion(autoencoder.encode(pictures).sample(noise))));
        }
    }

    private <T> T timed(String part, Supplier<T> work) {
        long start = System.nanoTime();
        T result = work.get();
        parts.computeIfAbsent(part, name -> new ArrayList<>()).add((System.nanoTime() - start) / 1e9);
        return result;
    }

    private LanguageTraining timed(LanguageTraining language) {
        return new LanguageTraining() {
            @Override
            public Map<String, Tensor> parameters() {
                return language.parameters();
            }

            @Override
            public LanguageStep forward(DialogueBatch batch) {
                LanguageStep step = timed("llm_forward", () -> language.forward(batch));
                return new LanguageStep() {
                    @Override
                    public Tensor loss() {
                        return step.loss();
                    }

                    @Override
                    public @Nullable LogitRows captionLogits() {
                        return step.captionLogits();
                    }

                    @Override
                    public void backward(GradientTape tape, double scale, @Nullable LogitGradient captions) {
                        timed("llm_backward", () -> {
                            step.backward(tape, scale, captions);
                            return scale;
                        });
                    }
                };
            }
        };
    }

    private ImageTraining timed(ImageTraining image) {
        return new ImageTraining() {
            @Override
            public Map<String, Tensor> parameters() {
                return image.parameters();
            }

            @Override
            public Tensor loss(Tensor latents, Tensor ids, Tensor inputsEmbeds, RandomGenerator random) {
                return timed("text_encoder_and_unet_forward", () -> image.loss(latents, ids, inputsEmbeds, random));
            }

            @Override
            public float[] losses(
                    Tensor latents, Tensor ids, Tensor inputsEmbeds, List<Integer> pictures, RandomGenerator random) {
                throw new UnsupportedOperationException("no other captions are tried here");
            }
        };
    }

    /** Numbers of weights, in millions, by model. */
    Map<String, Double> parametersInMillions() {
        Map<String, Double> counts = new LinkedHashMap<>();
        counts.put("llm", millions(llamaWeights.asMap()) + (size.lora() == null ? 0 : millions(languageParameters)));
        counts.put("text_encoder", millions(diffusion.textParameters()));
        counts.put("unet", millions(diffusion.unetParameters()));
        counts.put("vae", millions(autoencoderWeights.asMap()));
        return counts;
    }

    /** Number of weights that are trained, in millions. */
    double trainedInMillions() {
        return millions(languageParameters) + millions(diffusion.unetParameters());
    }

    private static double millions(Map<String, Tensor> tensors) {
        long count =
                tensors.values().stream().mapToLong(t -> Shapes.size(t.shape())).sum();
        return Math.round(count / 1e4) / 100.0;
    }

    /** Seconds that the parts of each step took, by name. */
    Map<String, List<Double>> parts() {
        return parts;
    }

    /**
     * Trains.
     *
     * @param goOn asked after each step, counted from 1, whether there shall be another
     */
    void steps(LongPredicate goOn) throws IOException {
        TrainConfig config = TrainConfig.builder()
                .steps(Long.MAX_VALUE)
                .learningRate(5e-5)
                .warmupSteps(0)
                .weightDecay(0.01)
                .clipNorm(0)
                .logEvery(Long.MAX_VALUE)
                .checkpointEvery(0)
                .build();
        TrainListener listener = new TrainListener() {
            @Override
            public void stepped(long step) {
                if (!goOn.test(step)) {
                    throw new Enough();
                }
            }
        };
        Path folder = Files.createTempDirectory("tandem-bench");
        try (Trainer trainer = Trainer.builder()
                .engine(engine)
                .task(task)
                .config(config)
                .folder(folder)
                .listener(listener)
                .build()) {
            trainer.run();
        } catch (Enough e) {
            // a run that comes to its end would write a checkpoint of gigabytes
        } finally {
            Files.deleteIfExists(folder);
        }
    }

    @Override
    public void close() {
        llama.close();
        diffusion.close();
        autoencoder.close();
        home.close();
    }

    /** Ends a run. */
    @SuppressWarnings("serial")
    private static final class Enough extends RuntimeException {}
}

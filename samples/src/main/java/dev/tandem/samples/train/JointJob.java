package dev.tandem.samples.train;

import dev.tandem.bridge.train.BridgeTrainer;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.JointData;
import dev.tandem.core.train.JointTask;
import dev.tandem.core.train.ParameterKeys;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.SchedulerFile;
import dev.tandem.diffusion.load.VaeConfigFile;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.pipeline.StableDiffusionPipeline;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTokenizer;
import dev.tandem.diffusion.train.DiffusionModel;
import dev.tandem.diffusion.train.JointImageTraining;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.token.LlmTokenizer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.OptionalInt;

/** A model folder, opened for joint training. */
final class JointJob implements TrainingJob {

    private static final String CONFIG = "config.json";

    private final Path folder;
    private final JointLanguage language;
    private final JointImage image;
    private final TrainingTask task;
    private final Samples samples;
    private final Deque<AutoCloseable> owned;

    private JointJob(
            JointRecipe recipe,
            JointLanguage language,
            JointImage image,
            TrainingTask task,
            Samples samples,
            Deque<AutoCloseable> owned) {
        this.folder = recipe.model();
        this.language = language;
        this.image = image;
        this.task = task;
        this.samples = samples;
        this.owned = owned;
    }

    static JointJob open(JointRecipe recipe, TensorEngine engine) {
        Deque<AutoCloseable> owned = new ArrayDeque<>();
        Scope home = engine.scope();
        owned.push(home);
        try {
            JointJob job = open(recipe, engine, owned);
            home.detach();
            return job;
        } catch (RuntimeException | Error e) {
            RunFiles.closeAll(owned);
            throw e;
        }
    }

    private static JointJob open(JointRecipe recipe, TensorEngine engine, Deque<AutoCloseable> owned) {
        Path path = recipe.model();
        AgentConfig agent = AgentConfig.read(path);
        ModelFolder folder = ModelFolder.of(path);
        LlmTokenizer words = own(owned, LlmTokenizer.load(path.resolve("llm")));
        ClipTokenizer captions = own(owned, ClipTokenizer.load(path.resolve("tokenizer")));
        JointLanguage language = own(owned, JointLanguage.open(recipe, engine, path.resolve("llm")));
        JointImage denoiser = own(owned, JointImage.open(recipe, engine, folder));
        DiffusionModel diffusion = denoiser.model();
        AutoencoderKL autoencoder = own(
                owned,
                VaeLoader.build(
                        engine,
                        VaeConfigFile.read(path.resolve("vae").resolve(CONFIG)),
                        folder.component("vae").weights(engine)));
        Scheduler scheduler = SchedulerFile.read(path.resolve("scheduler").resolve("scheduler_config.json"));
        JointImageTraining image = new JointImageTraining(diffusion, scheduler);
        Tensor embeddings = diffusion.text().tokenTable();
        PromptEncoder prompts = new PromptEncoder(
                agent.prompt(),
                agent.markers(),
                words,
                language.eyes().map(eyes -> OptionalInt.of(eyes.imageId())).orElse(OptionalInt.empty()));
        JointBatches.Measured measured =
                new JointBatches.Measured(engine, language.model(), image, words, captions, embeddings);
        JointDataConfig config = recipe.data();
        boolean told = recipe.perceptron() == PerceptronPart.OFF;
        OptionalInt side = language.eyes()
                .map(eyes -> OptionalInt.of(eyes.processor().tile()))
                .orElse(OptionalInt.empty());
        OwnData own = config.own();
        JointBatches<?> batches = own == null
                ? JointWorld.open(config, autoencoder, prompts, measured, side, told)
                : JointCorpus.open(config, autoencoder, path.resolve("vae"), prompts, measured);
        JointData data = own == null || own.worldShare() == 0
                ? batches
                : new JointCorpus.Mixed(
                        batches, JointWorld.open(config, autoencoder, prompts, measured, side, told), own.worldShare());
        JointTask task = JointTask.builder()
                .language(language.training())
                .bridge(new BridgeTrainer(recipe.bridge(), words, captions, embeddings))
                .image(new PartOfImage(
                        new DroppedCaptions(image, recipe.captionDropout(), captions, embeddings),
                        denoiser.parameters()))
                .data(data)
                .alpha(recipe.alpha())
                .languageRate(recipe.languageRate())
                .imageRate(recipe.imageRate())
                .decayEverything(recipe.decayEverything())
                .averagesLanguage(recipe.average() == AveragePart.ALL)
                .build();
        Samples samples = new Samples(
                engine,
                recipe.samples(),
                batches.captions(recipe.samples().pictures()),
                captions,
                new StableDiffusionPipeline(engine, diffusion.text(), diffusion.unet(), autoencoder, scheduler));
        return new JointJob(recipe, language, denoiser, task, samples, owned);
    }

    private static <T extends AutoCloseable> T own(Deque<AutoCloseable> owned, T part) {
        owned.push(part);
        return part;
    }

    @Override
    public TrainingTask task() {
        return task;
    }

    @Override
    public Samples samples() {
        return samples;
    }

    /** The whole model folder, with what was trained of the language model and of the denoiser. */
    @Override
    public void export(Map<String, Tensor> weights, Path target) {
        RunFiles.copyTree(folder, target);
        language.export(ParameterKeys.under(JointTask.LLM, weights), target.resolve("llm"));
        image.export(ParameterKeys.under(JointTask.IMAGE, weights), target);
    }

    @Override
    public void close() {
        RunFiles.closeAll(owned);
    }
}

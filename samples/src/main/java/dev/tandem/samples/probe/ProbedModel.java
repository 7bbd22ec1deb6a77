package dev.tandem.samples.probe;

import dev.tandem.bridge.vocab.LexicalMap;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.ClipTextConfigFile;
import dev.tandem.diffusion.load.SchedulerFile;
import dev.tandem.diffusion.load.UNetConfigFile;
import dev.tandem.diffusion.load.VaeConfigFile;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTokenizer;
import dev.tandem.diffusion.train.DiffusionModel;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.llm.load.MllamaLoader;
import dev.tandem.llm.load.TrainableLlama;
import dev.tandem.llm.load.TrainableMllama;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.token.LlmTokenizer;
import dev.tandem.llm.train.LanguageModelTraining;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A model folder, opened to measure gradients of the picture's loss; nothing of it is trained. */
final class ProbedModel implements AutoCloseable {

    private static final String CONFIG = "config.json";

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final Map<Integer, float[]> vectors = new HashMap<>();
    final LlmTokenizer words;
    final ClipTokenizer captions;
    final PromptEncoder prompts;
    final LanguageModelTraining language;
    final DiffusionModel diffusion;
    final AutoencoderKL autoencoder;
    final Scheduler scheduler;
    final LexicalMap lexical;
    final TensorEngine engine;

    private ProbedModel(TensorEngine engine, Path path) {
        this.engine = engine;
        AgentConfig agent = AgentConfig.read(path);
        ModelFolder folder = ModelFolder.of(path);
        words = own(LlmTokenizer.load(path.resolve("llm")));
        captions = own(ClipTokenizer.load(path.resolve("tokenizer")));
        prompts = new PromptEncoder(agent.prompt(), agent.markers(), words);
        language = new LanguageModelTraining(language(engine, path.resolve("llm")), Map.of());
        diffusion = own(DiffusionModel.build(
                engine,
                ClipTextConfigFile.read(path.resolve("text_encoder").resolve(CONFIG)),
                folder.component("text_encoder").weights(engine),
                UNetConfigFile.read(path.resolve("unet").resolve(CONFIG)),
                LoraAdapter.mergedBeside(
                        engine,
                        folder.component("unet").path(),
                        folder.component("unet").weights(engine))));
        autoencoder = own(VaeLoader.build(
                engine,
                VaeConfigFile.read(path.resolve("vae").resolve(CONFIG)),
                folder.component("vae").weights(engine)));
        scheduler = SchedulerFile.read(path.resolve("scheduler").resolve("scheduler_config.json"));
        lexical = LexicalMap.of(words, captions);
    }

    /** Photos that somebody sends are not probed, so a model that sees them is taken without its eyes. */
    private CausalLm language(TensorEngine engine, Path folder) {
        return MllamaLoader.isIn(folder)
                ? own(TrainableMllama.load(engine, folder)).eyes().model().withoutPictures()
                : own(TrainableLlama.load(engine, folder)).model();
    }

    /** Opens a model folder with {@code agent.json}, {@code llm/} and the pipeline. */
    static ProbedModel open(TensorEngine engine, Path path) {
        return new ProbedModel(engine, path);
    }

    private <T extends AutoCloseable> T own(T part) {
        owned.push(part);
        return part;
    }

    /** d. */
    int width() {
        return Math.toIntExact(table().size(1));
    }

    Tensor table() {
        return diffusion.text().tokenTable();
    }

    /** E[j], the vector of a diffusion token. */
    float[] vector(int token) {
        return vectors.computeIfAbsent(token, j -> {
            try (Scope scope = engine.scope()) {
                return table().embedding(engine.tensor(new long[] {j}, 1)).toFloatArray();
            }
        });
    }

    /** (M E)[v], the vector that the lexical map gives to an LLM token. */
    float[] meant(int token) {
        float[] sum = new float[width()];
        lexical.rows().get(token).forEach((j, weight) -> Vectors.add(sum, vector(j), weight));
        return sum;
    }

    /** What the text encoder reads for a caption, padded. */
    long[] padded(List<Integer> split) {
        long[] ids = new long[captions.maxLength()];
        for (int k = 0; k < ids.length; k++) {
            ids[k] = k < split.size() ? split.get(k) : captions.padId();
        }
        return ids;
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a model could not be closed: " + e.getMessage(), e);
            }
        }
    }
}

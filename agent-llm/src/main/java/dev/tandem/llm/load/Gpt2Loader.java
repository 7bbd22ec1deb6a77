package dev.tandem.llm.load;

import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.llm.model.Gpt2;
import dev.tandem.llm.model.Gpt2Config;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds a {@link Gpt2} from checkpoint keys as transformers writes them ({@code transformer.h.0.attn.c_attn.weight}, …), or as OpenAI's
 * published weights have them, without {@code transformer.}.
 */
public final class Gpt2Loader {

    private static final String PREFIX = "transformer";

    private Gpt2Loader() {}

    /**
     * Loads a model folder: {@code config.json} and {@code model.safetensors}, whole or in shards.
     *
     * @throws WeightException if a file is missing, damaged, does not fit, or asks for what is not supported
     */
    public static Gpt2 load(TensorEngine engine, Path folder) {
        ModelFolder files = ModelFolder.of(folder);
        try {
            return build(engine, Gpt2ConfigFile.read(folder.resolve("config.json")), files.weights(engine));
        } catch (IllegalArgumentException e) {
            throw new WeightException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Builds a decoder that owns its weights.
     *
     * @param weights by full checkpoint key; a fresh source draws as OpenAI did
     * @throws WeightException if a key is missing or has another shape
     */
    public static Gpt2 build(TensorEngine engine, Gpt2Config config, WeightSource weights) {
        Scope scope = engine.scope();
        try {
            return new Gpt2(engine, config, read(config, weights), scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    private static Gpt2.Weights read(Gpt2Config c, WeightSource all) {
        WeightSource weights = all.has(PREFIX + ".wte.weight") ? all.at(PREFIX) : all;
        Init init = Init.normal(c.initializerRange());
        Embedding tokens = Embedding.load(weights, "wte", c.vocabSize(), c.width(), init);
        List<Gpt2.Layer> layers = new ArrayList<>();
        for (int i = 0; i < c.layers(); i++) {
            layers.add(layer(c, weights.at("h." + i), init));
        }
        return new Gpt2.Weights(
                tokens,
                Embedding.load(weights, "wpe", c.positions(), c.width(), init),
                layers,
                LayerNorm.load(weights, "ln_f", c.width(), c.normEps()),
                c.tieWordEmbeddings()
                        ? Linear.of(tokens.weight(), null)
                        : Linear.load(all, "lm_head", c.width(), c.vocabSize(), false, init));
    }

    private static Gpt2.Layer layer(Gpt2Config c, WeightSource weights, Init init) {
        long width = c.width();
        // the residual's projections start smaller the deeper the model is (Radford et al. 2019, section 2.3)
        Init residual = Init.normal(c.initializerRange() / Math.sqrt(2.0 * c.layers()));
        return new Gpt2.Layer(
                LayerNorm.load(weights, "ln_1", width, c.normEps()),
                conv1d(weights, "attn.c_attn", width, 3 * width, init),
                conv1d(weights, "attn.c_proj", width, width, residual),
                LayerNorm.load(weights, "ln_2", width, c.normEps()),
                conv1d(weights, "mlp.c_fc", width, c.innerWidth(), init),
                conv1d(weights, "mlp.c_proj", c.innerWidth(), width, residual));
    }

    private static Gpt2.Conv1D conv1d(WeightSource weights, String key, long in, long out, Init init) {
        return new Gpt2.Conv1D(
                weights.get(key + ".weight", init, in, out), weights.get(key + ".bias", Init.zeros(), out));
    }
}

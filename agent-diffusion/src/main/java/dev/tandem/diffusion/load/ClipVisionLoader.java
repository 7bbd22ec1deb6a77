package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.vision.ClipVisionConfig;
import dev.tandem.diffusion.vision.ClipVisionModel;

/** Builds a {@link ClipVisionModel} from the checkpoint keys of transformers ({@code vision_model.embeddings.class_embedding}, …). */
public final class ClipVisionLoader {

    private ClipVisionLoader() {}

    /**
     * Builds an encoder that owns its weights.
     *
     * @param weights by full checkpoint key; a fresh source draws as CLIP's authors did
     * @throws dev.tandem.core.weights.WeightException if a key is missing or has another shape
     */
    public static ClipVisionModel build(TensorEngine engine, ClipVisionConfig config, WeightSource weights) {
        Scope scope = engine.scope();
        try {
            return new ClipVisionModel(config, layers(config, weights), scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    private static ClipVisionModel.Layers layers(ClipVisionConfig c, WeightSource weights) {
        WeightSource vision = weights.at("vision_model");
        long width = c.hiddenSize();
        int patch = c.patchSize();
        Init embedding = Init.normal(1 / Math.sqrt(width));
        Tensor kernel =
                vision.get("embeddings.patch_embedding.weight", Init.normal(0.02), width, c.channels(), patch, patch);
        ClipLayers layers = new ClipLayers(
                width, c.intermediateSize(), c.hiddenLayers(), c.attentionHeads(), c.activation(), c.layerNormEps());
        return new ClipVisionModel.Layers(
                new Conv2d(kernel, null, patch, 0),
                vision.get("embeddings.class_embedding", embedding, width),
                vision.get("embeddings.position_embedding.weight", embedding, c.tokens(), width),
                LayerNorm.load(vision, "pre_layrnorm", width, c.layerNormEps()), // the checkpoints' own spelling
                layers.read(vision),
                LayerNorm.load(vision, "post_layernorm", width, c.layerNormEps()),
                c.projectionDim() == 0
                        ? null
                        : Linear.load(weights, "visual_projection", width, c.projectionDim(), false, embedding));
    }
}

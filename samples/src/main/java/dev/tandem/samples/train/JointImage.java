package dev.tandem.samples.train;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.load.ClipTextConfigFile;
import dev.tandem.diffusion.load.DiffusersWriter;
import dev.tandem.diffusion.load.UNetConfigFile;
import dev.tandem.diffusion.train.DiffusionModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The denoiser of a joint run and its text encoder: what of the denoiser is trained, and how that is written.
 *
 * @param model both; owns the tensors, the adapter's too
 * @param part what is trained
 * @param adapter LoRA's part, which is trained then, or null
 */
record JointImage(
        DiffusionModel model, ImagePart part, @Nullable LoraAdapter adapter) implements AutoCloseable {

    private static final String CONFIG = "config.json";
    private static final String TEXT = "text_encoder";
    private static final String UNET = "unet";

    /** Opens the denoiser and the text encoder of a model folder. */
    static JointImage open(JointRecipe recipe, TensorEngine engine, ModelFolder folder) {
        Path unet = folder.component(UNET).path();
        if (LoraAdapter.isIn(unet)) {
            throw new IllegalArgumentException(
                    unet
                            + " holds a LoRA adapter (adapter_config.json); joint training starts from weights that it is merged into");
        }
        // numbers of its own, whatever the language model draws
        LoraAdapter adapter = recipe.image() == ImagePart.LORA
                ? LoraAdapter.fresh(
                        engine,
                        recipe.imageLora().config(),
                        new SplittableRandom(recipe.training().seed()).split())
                : null;
        WeightSource weights = folder.component(UNET).weights(engine);
        DiffusionModel model = DiffusionModel.build(
                engine,
                ClipTextConfigFile.read(folder.path().resolve(TEXT).resolve(CONFIG)),
                folder.component(TEXT).weights(engine),
                UNetConfigFile.read(unet.resolve(CONFIG)),
                adapter == null ? weights : adapter.on(weights));
        if (adapter != null && !adapter.missedTargets().isEmpty()) {
            model.close();
            throw new IllegalArgumentException("no linear layer of " + unet + " is named '"
                    + adapter.missedTargets().get(0) + "'; correct target_modules of image_lora");
        }
        return new JointImage(model, recipe.image(), adapter);
    }

    /** What is trained of the denoiser, by key; maybe nothing. */
    Map<String, Tensor> parameters() {
        return adapter == null ? part.of(model.unetParameters()) : adapter.parameters();
    }

    /** Writes what was trained into a copy of the model's folder. */
    void export(Map<String, Tensor> weights, Path target) {
        if (adapter != null) {
            adapter.save(target.resolve(UNET), weights, null);
            adapter.saveForDiffusers(target, UNET, weights);
        } else if (part != ImagePart.FROZEN) {
            Map<String, Tensor> denoiser = new LinkedHashMap<>(model.unetParameters());
            denoiser.putAll(weights);
            DiffusersWriter.into(target, DType.FLOAT16).unet(model.unet().config(), denoiser);
        }
    }

    @Override
    public void close() {
        model.close();
    }
}

package dev.tandem.samples.train;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.pipeline.Prompt;
import dev.tandem.diffusion.pipeline.SamplerSettings;
import dev.tandem.diffusion.pipeline.StableDiffusionPipeline;
import dev.tandem.diffusion.text.ClipTokenizer;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws a run's sample pictures with the weights that its networks have just now.
 *
 * @param engine of the tensors
 * @param settings how
 * @param captions what they show
 * @param tokenizer of the text encoder
 * @param pipeline the networks in training; they belong to the job
 */
record Samples(
        TensorEngine engine,
        SamplesPart settings,
        List<String> captions,
        ClipTokenizer tokenizer,
        StableDiffusionPipeline pipeline) {

    Samples {
        captions = captions.stream().limit(settings.pictures()).toList();
    }

    /** The picture of a caption; its noise depends on its place alone. */
    Picture draw(int index) {
        SplittableRandom random = IndexedRandom.of(settings.seed(), index);
        int side = pipeline.nativeSide();
        try (Scope scope = engine.scope()) {
            Tensor latents = pipeline.denoise(
                    prompt(captions.get(index)),
                    settings.guidance() > 1 ? prompt("") : null,
                    engine.randn(random, pipeline.latentShape(1, side, side)),
                    SamplerSettings.of(settings.steps(), settings.guidance()),
                    random,
                    new Cancellation(),
                    (step, steps) -> {});
            return Picture.fromChannels(pipeline.decode(latents).contiguous().toFloatArray(), side, side);
        }
    }

    private Prompt prompt(String caption) {
        long[] ids = CaptionedScenes.ids(tokenizer, caption);
        return pipeline.encode(List.of(engine.tensor(ids, 1, ids.length)));
    }
}

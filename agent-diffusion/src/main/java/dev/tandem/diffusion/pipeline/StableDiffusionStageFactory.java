package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.ImageStage;
import dev.tandem.core.stage.ImageStageFactory;
import dev.tandem.core.stage.StageContext;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.diffusion.load.StableDiffusionFolder;
import dev.tandem.diffusion.text.ClipTokenizer;

/** Makes stages from folders in the layout of diffusers whose {@code model_index.json} names a {@code StableDiffusionPipeline}. */
public final class StableDiffusionStageFactory implements ImageStageFactory {

    @Override
    public String name() {
        return "stable-diffusion";
    }

    @Override
    public boolean supports(StageContext context) {
        return StableDiffusionFolder.describes(context.folder());
    }

    @Override
    public ImageStage create(StageContext context) {
        StableDiffusionFolder folder = new StableDiffusionFolder(context.engine(), ModelFolder.of(context.folder()));
        ClipTokenizer tokenizer = ClipTokenizer.load(folder.tokenizer());
        StableDiffusionPipeline pipeline = StableDiffusionPipeline.load(context.engine(), folder);
        if (tokenizer.vocabularySize() > pipeline.vocabularySize() || tokenizer.maxLength() > pipeline.maxTokens()) {
            pipeline.close();
            throw new WeightException(context.folder() + ": the tokenizer has " + tokenizer.vocabularySize()
                    + " ids and rows of "
                    + tokenizer.maxLength() + " tokens, the text encoder takes " + pipeline.vocabularySize() + " and "
                    + pipeline.maxTokens() + "; these components do not belong together");
        }
        return new StableDiffusionStage(context.engine(), pipeline, tokenizer);
    }
}

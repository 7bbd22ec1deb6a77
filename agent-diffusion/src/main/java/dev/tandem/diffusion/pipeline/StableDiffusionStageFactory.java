package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.ImageStage;
import dev.tandem.core.stage.ImageStageFactory;
import dev.tandem.core.stage.StageContext;
import dev.tandem.diffusion.load.StableDiffusion3Folder;
import dev.tandem.diffusion.load.StableDiffusionFolder;

/**
 * Makes stages from folders in the layout of diffusers whose {@code model_index.json} names a {@code StableDiffusionPipeline} or a
 * {@code StableDiffusion3Pipeline}.
 */
public final class StableDiffusionStageFactory implements ImageStageFactory {

    @Override
    public String name() {
        return "stable-diffusion";
    }

    @Override
    public boolean supports(StageContext context) {
        return StableDiffusionFolder.describes(context.folder()) || StableDiffusion3Folder.describes(context.folder());
    }

    @Override
    public ImageStage create(StageContext context) {
        return TextToImage.load(context.engine(), context.folder()).stage();
    }
}

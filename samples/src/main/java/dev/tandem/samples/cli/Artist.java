package dev.tandem.samples.cli;

import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.agent.Version;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.safety.ImageGuard;
import dev.tandem.core.safety.Verdict;
import dev.tandem.core.safety.WithheldException;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.vision.PngFile;
import dev.tandem.diffusion.pipeline.TextToImage;
import dev.tandem.diffusion.schedule.SchedulerName;
import dev.tandem.samples.safety.PictureCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whoever draws captions: an agent, or a diffusion model alone. */
interface Artist extends AutoCloseable {

    /** What there is to know about a model whose pictures are looked at. */
    String CHECKED = "a safety checker looks at pictures; what it flags is not written";

    /** How it draws unless told otherwise. */
    ImageOptions options();

    /** What there is to know about the model; sentences for people. */
    List<String> notes();

    /**
     * Draws.
     *
     * @throws WithheldException if a guard blocks it
     */
    Photo draw(String caption, ImageOptions options, Cancellation cancellation, ImageListener listener);

    @Override
    void close();

    /**
     * Loads the model of a folder: an agent where there is an {@code agent.json}, else a pipeline in the layout of diffusers.
     *
     * @param describeFiles whether files tell caption and seed
     * @param scheduler another than the folder's, which an agent's diffusion model then is drawn with alone; null for the folder's
     * @param check who looks at pictures
     */
    static Artist load(
            Path folder, Device device, boolean describeFiles, @Nullable SchedulerName scheduler, PictureCheck check) {
        boolean agent = Files.isRegularFile(folder.resolve(AgentConfig.FILE));
        if (agent && scheduler == null) {
            return new OfAgent(check.on(PhotoSharingAgent.builder())
                    .model(folder)
                    .device(device)
                    .describeFiles(describeFiles)
                    .build());
        }
        AgentConfig config = agent ? AgentConfig.read(folder) : null;
        TextToImage model = TextToImage.load(TorchEngine.on(device), folder, TextToImage.Settings.scheduler(scheduler));
        try {
            return new OfModel(
                    model,
                    check.of(model),
                    config == null ? model.defaults() : config.image(),
                    config == null
                            ? String.valueOf(folder.toAbsolutePath().normalize().getFileName())
                            : config.name(),
                    describeFiles);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** An agent, without the language model deciding. */
    record OfAgent(PhotoSharingAgent agent) implements Artist {

        @Override
        public ImageOptions options() {
            return agent.imageOptions();
        }

        @Override
        public List<String> notes() {
            return agent.checksPictures() ? List.of(CHECKED) : List.of();
        }

        @Override
        public Photo draw(String caption, ImageOptions options, Cancellation cancellation, ImageListener listener) {
            return agent.draw(caption, options, cancellation, listener);
        }

        @Override
        public void close() {
            agent.close();
        }
    }

    /**
     * A diffusion model alone.
     *
     * @param guard looks at its pictures
     * @param name for the files
     */
    record OfModel(TextToImage model, ImageGuard guard, ImageOptions options, String name, boolean describeFiles)
            implements Artist {

        @Override
        public List<String> notes() {
            List<String> notes = new ArrayList<>(model.notes());
            if (guard != ImageGuard.NONE) {
                notes.add(CHECKED);
            }
            return notes;
        }

        @Override
        public Photo draw(String caption, ImageOptions options, Cancellation cancellation, ImageListener listener) {
            Picture drawn = model.draw(caption, options, cancellation, listener);
            Verdict verdict = guard.check(drawn);
            Picture picture = verdict.shown(drawn).orElseThrow(() -> new WithheldException(verdict));
            String about = describeFiles ? caption + " (seed " + options.seed() + ")" : null;
            byte[] png = PngFile.encode(
                    picture,
                    "Tandem " + Version.tandem() + ", model " + name,
                    Clock.systemUTC().instant(),
                    about);
            return new Photo(caption, png, picture.width(), picture.height(), options.seed());
        }

        @Override
        public void close() {
            model.close();
        }
    }
}

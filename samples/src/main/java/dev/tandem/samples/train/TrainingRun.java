package dev.tandem.samples.train;

import dev.tandem.core.config.ConfigReader;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.JsonLinesLog;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainListener;
import dev.tandem.core.train.TrainResult;
import dev.tandem.core.train.Trainer;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * Runs a recipe, from a file or from a program: opens its data and models, trains, exports.
 *
 * <p>In the output folder lie {@code train.jsonl} (the log), {@code checkpoint-STEP} folders, on demand {@code report.html} (its curves and
 * sample pictures) and {@code samples} (the pictures), and {@code model}, what was trained in the layout in which it is loaded.
 *
 * @param recipe what is trained on what
 * @param out the output folder
 * @param resume whether to go on from the newest checkpoint there
 * @param maxSeconds stop cleanly after this time; 0 for what the configuration says
 * @param report whether to keep a page with the run's curves
 */
public record TrainingRun(TrainingRecipe recipe, Path out, boolean resume, double maxSeconds, boolean report) {

    /** Name of the page of curves in the output folder. */
    public static final String REPORT = "report.html";

    /** Name of the folder of sample pictures in the output folder. */
    public static final String SAMPLES = "samples";

    /** Name of the log in the output folder. */
    public static final String LOG = "train.jsonl";

    /** Name of the exported model in the output folder. */
    public static final String MODEL = "model";

    /** A run from the beginning, without a limit of time and without a page of curves. */
    public TrainingRun(TrainingRecipe recipe, Path out) {
        this(recipe, out, false, 0, false);
    }

    /**
     * A run of the recipe in a configuration file.
     *
     * @throws IllegalArgumentException if the file is missing or wrong
     */
    public static TrainingRun of(Path config, Path out, boolean resume, double maxSeconds, boolean report) {
        return new TrainingRun(ConfigReader.read(config, TrainingRecipe.class), out, resume, maxSeconds, report);
    }

    /** Where the recipe wants to be computed. */
    public Device device() {
        return Device.parse(recipe.training().device());
    }

    /**
     * Trains, on this thread.
     *
     * @param engine computes, such as {@link dev.tandem.core.tensor.torch.TorchEngine#cpu}
     * @param listener hears how it goes
     * @param interrupted asked before each step: true ends the run with a checkpoint
     * @throws IllegalArgumentException if something that the recipe names is missing or wrong
     */
    public TrainResult run(TensorEngine engine, TrainListener listener, BooleanSupplier interrupted) {
        TrainConfig settings = recipe.training();
        if (maxSeconds > 0) {
            settings = settings.toBuilder().maxSeconds(maxSeconds).build();
        }
        try (TrainingJob job = recipe.open(engine)) {
            Samples samples = job.samples();
            SampleFiles files = new SampleFiles(out.resolve(SAMPLES));
            Trainer.Builder builder = Trainer.builder();
            if (samples != null && !samples.captions().isEmpty()) {
                builder.look(samples.settings().every(), step -> files.write(step, samples));
            }
            try (Trainer trainer = builder.engine(engine)
                    .task(job.task())
                    .config(settings)
                    .folder(out)
                    .resume(resume)
                    .interrupted(interrupted)
                    .listener(new JsonLinesLog(out.resolve(LOG)))
                    .listener(page())
                    .listener(listener)
                    .build()) {
                TrainResult result = trainer.run();
                try (Scope scope = engine.scope()) {
                    job.export(trainer.weights(), out.resolve(MODEL));
                }
                return result;
            }
        }
    }

    private TrainListener page() {
        return report ? new RunReport(out.resolve(LOG), out.resolve(REPORT)) : new TrainListener() {};
    }
}

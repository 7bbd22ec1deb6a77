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
 * Runs a recipe: reads its file, opens its data and models, trains, exports.
 *
 * <p>In the output folder lie {@code train.jsonl} (the log), {@code checkpoint-STEP} folders, on demand {@code report.html} (its curves and
 * sample pictures) and {@code samples} (the pictures), and {@code model}, what was trained in the layout in which it is loaded.
 *
 * @param config the configuration file
 * @param out the output folder
 * @param resume whether to go on from the newest checkpoint there
 * @param maxSeconds stop cleanly after this time; 0 for what the configuration says
 * @param report whether to keep a page with the run's curves
 */
public record TrainingRun(Path config, Path out, boolean resume, double maxSeconds, boolean report) {

    /** Name of the page of curves in the output folder. */
    public static final String REPORT = "report.html";

    /** Name of the folder of sample pictures in the output folder. */
    public static final String SAMPLES = "samples";

    /** Name of the log in the output folder. */
    public static final String LOG = "train.jsonl";

    /** Name of the exported model in the output folder. */
    public static final String MODEL = "model";

    /** Without a page of curves. */
    public TrainingRun(Path config, Path out, boolean resume, double maxSeconds) {
        this(config, out, resume, maxSeconds, false);
    }

    /**
     * Where the configuration wants to be computed.
     *
     * @throws IllegalArgumentException if the configuration is missing or wrong
     */
    public Device device() {
        return Device.parse(
                ConfigReader.read(config, TrainingRecipe.class).training().device());
    }

    /**
     * Trains.
     *
     * @throws IllegalArgumentException if the configuration, or something that it names, is missing or wrong
     */
    public TrainResult run(TensorEngine engine, TrainListener listener, BooleanSupplier interrupted) {
        TrainingRecipe recipe = ConfigReader.read(config, TrainingRecipe.class);
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

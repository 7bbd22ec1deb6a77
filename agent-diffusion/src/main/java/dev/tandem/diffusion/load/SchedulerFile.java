package dev.tandem.diffusion.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.diffusion.schedule.BetaSchedule;
import dev.tandem.diffusion.schedule.DdimScheduler;
import dev.tandem.diffusion.schedule.DdpmScheduler;
import dev.tandem.diffusion.schedule.PredictionType;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.schedule.SchedulerConfig;
import dev.tandem.diffusion.schedule.TimestepSpacing;
import dev.tandem.diffusion.schedule.VarianceType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads and writes {@code scheduler/scheduler_config.json}. The DDIM sampler also stands in for {@code PNDMScheduler}, which the folders of
 * Stable Diffusion 1 name: both follow the same path through the same noise schedule.
 */
public final class SchedulerFile {

    private static final String DDPM = "DDPMScheduler";
    private static final String DDIM = "DDIMScheduler";
    private static final String PNDM = "PNDMScheduler";

    private SchedulerFile() {}

    /**
     * Reads a scheduler.
     *
     * @throws IllegalArgumentException if it can't be read or asks for what is not supported; the message names file and field
     */
    public static Scheduler read(Path file) {
        return Fields.read(file, SchedulerFile::parse);
    }

    /**
     * Reads a scheduler from JSON text.
     *
     * @throws IllegalArgumentException that names the field which does not fit
     */
    public static Scheduler parse(String json) {
        return parse(Fields.parse(json));
    }

    static Scheduler parse(Fields f) {
        String type = f.text("_class_name", DDIM);
        SchedulerConfig config = SchedulerConfig.builder()
                .trainTimesteps(f.size("num_train_timesteps", 1000))
                .betaStart(f.number("beta_start", 0.0001))
                .betaEnd(f.number("beta_end", 0.02))
                .betaSchedule(choice(f, "beta_schedule", BetaSchedule.values(), BetaSchedule::configName))
                .trainedBetas(f.numbers("trained_betas"))
                .predictionType(choice(f, "prediction_type", PredictionType.values(), PredictionType::configName))
                .timestepSpacing(choice(
                        f,
                        "timestep_spacing",
                        new TimestepSpacing[] {
                            TimestepSpacing.LEADING, TimestepSpacing.TRAILING, TimestepSpacing.LINSPACE
                        },
                        TimestepSpacing::configName))
                .stepsOffset(f.integer("steps_offset", 0))
                .rescaleBetasZeroSnr(f.flag("rescale_betas_zero_snr", false))
                .clipSample(f.flag("clip_sample", !type.equals(PNDM)))
                .clipSampleRange(f.number("clip_sample_range", 1))
                .thresholding(f.flag("thresholding", false))
                .dynamicThresholdingRatio(f.number("dynamic_thresholding_ratio", 0.995))
                .sampleMaxValue(f.number("sample_max_value", 1))
                .varianceType(choice(f, "variance_type", VarianceType.values(), VarianceType::configName))
                .setAlphaToOne(f.flag("set_alpha_to_one", !type.equals(PNDM)))
                .build();
        return switch (type) {
            case DDPM -> new DdpmScheduler(config);
            case DDIM, PNDM -> new DdimScheduler(config);
            default ->
                throw new IllegalArgumentException(
                        "_class_name is '" + type + "'; use " + DDPM + ", " + DDIM + " or " + PNDM);
        };
    }

    /** The class that diffusers reads it with. */
    static String className(Scheduler scheduler) {
        return scheduler instanceof DdpmScheduler ? DDPM : DDIM;
    }

    /** The configuration as diffusers writes it. */
    static ObjectNode write(Scheduler scheduler) {
        SchedulerConfig c = scheduler.config();
        boolean ddpm = className(scheduler).equals(DDPM);
        ObjectNode json = Fields.JSON.createObjectNode();
        json.put("_class_name", className(scheduler));
        json.put("beta_end", c.betaEnd());
        json.put("beta_schedule", c.betaSchedule().configName());
        json.put("beta_start", c.betaStart());
        json.put("clip_sample", c.clipSample());
        json.put("clip_sample_range", c.clipSampleRange());
        json.put("dynamic_thresholding_ratio", c.dynamicThresholdingRatio());
        json.put("num_train_timesteps", c.trainTimesteps());
        json.put("prediction_type", c.predictionType().configName());
        json.put("rescale_betas_zero_snr", c.rescaleBetasZeroSnr());
        json.put("sample_max_value", c.sampleMaxValue());
        if (!ddpm) {
            json.put("set_alpha_to_one", c.setAlphaToOne());
        }
        json.put("steps_offset", c.stepsOffset());
        json.put("thresholding", c.thresholding());
        json.put("timestep_spacing", c.timestepSpacing().configName());
        json.set("trained_betas", c.trainedBetas().isEmpty() ? null : Fields.JSON.valueToTree(c.trainedBetas()));
        if (ddpm) {
            json.put("variance_type", c.varianceType().configName());
        }
        return json;
    }

    /** One of some names; the first is the default. */
    private static <T> T choice(Fields f, String field, T[] values, Function<T, String> name) {
        String text = f.text(field, name.apply(values[0]));
        for (T value : values) {
            if (name.apply(value).equals(text)) {
                return value;
            }
        }
        String known = Arrays.stream(values).map(name).collect(Collectors.joining(", "));
        throw new IllegalArgumentException(field + " is '" + text + "'; use one of " + known);
    }
}

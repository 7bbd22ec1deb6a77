package dev.tandem.diffusion.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.diffusion.schedule.BetaSchedule;
import dev.tandem.diffusion.schedule.DdimScheduler;
import dev.tandem.diffusion.schedule.DdpmScheduler;
import dev.tandem.diffusion.schedule.DpmSolverConfig;
import dev.tandem.diffusion.schedule.DpmSolverScheduler;
import dev.tandem.diffusion.schedule.DynamicShift;
import dev.tandem.diffusion.schedule.EulerConfig;
import dev.tandem.diffusion.schedule.EulerScheduler;
import dev.tandem.diffusion.schedule.FlowMatchConfig;
import dev.tandem.diffusion.schedule.FlowMatchScheduler;
import dev.tandem.diffusion.schedule.PndmScheduler;
import dev.tandem.diffusion.schedule.PredictionType;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.schedule.SchedulerConfig;
import dev.tandem.diffusion.schedule.SchedulerName;
import dev.tandem.diffusion.schedule.SigmaSpacing;
import dev.tandem.diffusion.schedule.TimestepSpacing;
import dev.tandem.diffusion.schedule.VarianceType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@code scheduler/scheduler_config.json}. */
public final class SchedulerFile {

    private static final String DDPM = "DDPMScheduler";
    private static final String DDIM = "DDIMScheduler";
    private static final String PNDM = "PNDMScheduler";
    private static final String DPM_SOLVER = "DPMSolverMultistepScheduler";
    private static final String EULER = "EulerDiscreteScheduler";
    private static final String FLOW_MATCH = "FlowMatchEulerDiscreteScheduler";

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
        return scheduler(f, type(f), false);
    }

    /**
     * Reads the scheduler of a Stable Diffusion 1 or 2 folder. As {@code StableDiffusionPipeline} does, it sets {@code steps_offset} to 1
     * and {@code clip_sample} to false, which old folders have wrong.
     *
     * @param chosen which sampler makes the steps, with what the file says of the noise, as {@code from_config} does; null for the
     *     file's own
     * @throws IllegalArgumentException if it can't be read or asks for what is not supported; the message names file and field
     */
    static Scheduler readStableDiffusion(Path file, @Nullable SchedulerName chosen) {
        return Fields.read(file, f -> scheduler(f, chosen == null ? type(f) : className(chosen), true));
    }

    private static String type(Fields f) {
        return f.text("_class_name", DDIM);
    }

    private static String className(SchedulerName name) {
        return switch (name) {
            case DDIM -> DDIM;
            case DDPM -> DDPM;
            case PNDM -> PNDM;
            case DPM_SOLVER_PP -> DPM_SOLVER;
            case EULER -> EULER;
        };
    }

    private static Scheduler scheduler(Fields f, String type, boolean corrected) {
        return switch (type) {
            case DDPM -> new DdpmScheduler(config(f, type, corrected));
            case DDIM -> new DdimScheduler(config(f, type, corrected));
            case PNDM -> new PndmScheduler(config(f, type, corrected), f.flag("skip_prk_steps", false));
            case DPM_SOLVER -> new DpmSolverScheduler(config(f, type, corrected), dpmSolver(f));
            case EULER -> new EulerScheduler(config(f, type, corrected), euler(f));
            case FLOW_MATCH -> new FlowMatchScheduler(flowMatch(f));
            default ->
                throw new IllegalArgumentException("_class_name is '" + type + "', which is not supported; use one of "
                        + String.join(", ", DDPM, DDIM, PNDM, DPM_SOLVER, EULER, FLOW_MATCH)
                        + ", or choose another scheduler when loading");
        };
    }

    private static DpmSolverConfig dpmSolver(Fields f) {
        f.refuse("use_dynamic_shifting");
        String variance = f.text("variance_type", "");
        if (variance.startsWith("learned")) {
            throw new IllegalArgumentException(
                    "variance_type is '" + variance + "'; only fixed variances are supported");
        }
        SigmaSpacing sigmas = f.flag("use_lu_lambdas", false)
                ? SigmaSpacing.LU
                : f.flag("use_flow_sigmas", false) ? SigmaSpacing.FLOW : spacing(f);
        return new DpmSolverConfig(
                f.size("solver_order", 2),
                choice(f, "algorithm_type", DpmSolverConfig.Algorithm.values(), DpmSolverConfig.Algorithm::configName),
                f.text("solver_type", "midpoint").equals("heun"),
                f.flag("lower_order_final", true),
                f.flag("euler_at_final", false),
                sigmas,
                endsAboveZero(f),
                f.number("lambda_min_clipped", Double.NEGATIVE_INFINITY),
                f.number("flow_shift", 1));
    }

    private static EulerConfig euler(Fields f) {
        String interpolation = f.text("interpolation_type", "linear");
        if (!interpolation.equals("linear") && !interpolation.equals("log_linear")) {
            throw new IllegalArgumentException(
                    "interpolation_type is '" + interpolation + "'; use linear or log_linear");
        }
        boolean velocity = f.text("prediction_type", "epsilon").equals(PredictionType.V_PREDICTION.configName());
        return new EulerConfig(
                spacing(f),
                f.has("sigma_min") ? f.number("sigma_min", 0) : null,
                f.has("sigma_max") ? f.number("sigma_max", 0) : null,
                interpolation.equals("log_linear"),
                velocity && f.text("timestep_type", "discrete").equals("continuous"),
                endsAboveZero(f));
    }

    private static FlowMatchConfig flowMatch(Fields f) {
        return new FlowMatchConfig(
                f.size("num_train_timesteps", 1000),
                f.number("shift", 1),
                f.flag("use_dynamic_shifting", false) ? dynamicShift(f) : null,
                f.has("shift_terminal") ? f.number("shift_terminal", 0) : null,
                spacing(f),
                f.flag("invert_sigmas", false),
                f.flag("stochastic_sampling", false));
    }

    private static DynamicShift dynamicShift(Fields f) {
        String type = f.text("time_shift_type", "exponential");
        if (!type.equals("exponential") && !type.equals("linear")) {
            throw new IllegalArgumentException("time_shift_type is '" + type + "'; use exponential or linear");
        }
        return new DynamicShift(
                f.number("base_shift", 0.5),
                f.number("max_shift", 1.15),
                f.size("base_image_seq_len", 256),
                f.size("max_image_seq_len", 4096),
                type.equals("linear"));
    }

    private static SigmaSpacing spacing(Fields f) {
        List<SigmaSpacing> chosen = new ArrayList<>();
        if (f.flag("use_karras_sigmas", false)) {
            chosen.add(SigmaSpacing.KARRAS);
        }
        if (f.flag("use_exponential_sigmas", false)) {
            chosen.add(SigmaSpacing.EXPONENTIAL);
        }
        if (f.flag("use_beta_sigmas", false)) {
            chosen.add(SigmaSpacing.BETA);
        }
        if (chosen.size() > 1) {
            throw new IllegalArgumentException(
                    "more than one of use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas is true; choose one");
        }
        return chosen.isEmpty() ? SigmaSpacing.TIMESTEPS : chosen.get(0);
    }

    private static boolean endsAboveZero(Fields f) {
        String last = f.text("final_sigmas_type", "zero");
        if (!last.equals("zero") && !last.equals("sigma_min")) {
            throw new IllegalArgumentException("final_sigmas_type is '" + last + "'; use zero or sigma_min");
        }
        return last.equals("sigma_min");
    }

    private static SchedulerConfig config(Fields f, String type, boolean corrected) {
        boolean sigmas = type.equals(DPM_SOLVER) || type.equals(EULER);
        return SchedulerConfig.builder()
                .trainTimesteps(f.size("num_train_timesteps", 1000))
                .betaStart(f.number("beta_start", 0.0001))
                .betaEnd(f.number("beta_end", 0.02))
                .betaSchedule(choice(f, "beta_schedule", BetaSchedule.values(), BetaSchedule::configName))
                .trainedBetas(f.numbers("trained_betas"))
                .predictionType(choice(f, "prediction_type", PredictionType.values(), PredictionType::configName))
                .timestepSpacing(choice(
                        f,
                        "timestep_spacing",
                        sigmas
                                ? TimestepSpacing.values()
                                : new TimestepSpacing[] {
                                    TimestepSpacing.LEADING, TimestepSpacing.TRAILING, TimestepSpacing.LINSPACE
                                },
                        TimestepSpacing::configName))
                .stepsOffset(corrected ? 1 : f.integer("steps_offset", 0))
                .rescaleBetasZeroSnr(f.flag("rescale_betas_zero_snr", false))
                .clipSample(!sigmas && !corrected && f.flag("clip_sample", !type.equals(PNDM)))
                .clipSampleRange(f.number("clip_sample_range", 1))
                .thresholding(f.flag("thresholding", false))
                .dynamicThresholdingRatio(f.number("dynamic_thresholding_ratio", 0.995))
                .sampleMaxValue(f.number("sample_max_value", 1))
                .varianceType(
                        sigmas
                                ? VarianceType.FIXED_SMALL
                                : choice(f, "variance_type", VarianceType.values(), VarianceType::configName))
                .setAlphaToOne(f.flag("set_alpha_to_one", !type.equals(PNDM)))
                .build();
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

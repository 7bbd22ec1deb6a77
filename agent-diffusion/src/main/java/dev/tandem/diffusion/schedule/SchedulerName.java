package dev.tandem.diffusion.schedule;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Samplers that can be chosen for a model, whatever its folder names. */
public enum SchedulerName {
    DDIM("ddim"),
    DDPM("ddpm"),
    PNDM("pndm"),
    DPM_SOLVER_PP("dpm++"),
    EULER("euler");

    private final String label;

    SchedulerName(String label) {
        this.label = label;
    }

    /** The name that people write, such as {@code dpm++}. */
    public String label() {
        return label;
    }

    /**
     * The sampler of a label.
     *
     * @throws IllegalArgumentException if there is none; the message lists them
     */
    public static SchedulerName of(String label) {
        return Arrays.stream(values())
                .filter(name -> name.label.equalsIgnoreCase(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown scheduler '" + label + "'; use "
                        + Arrays.stream(values()).map(SchedulerName::label).collect(Collectors.joining(", "))));
    }
}

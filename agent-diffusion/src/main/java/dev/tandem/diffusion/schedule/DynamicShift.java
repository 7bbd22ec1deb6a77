package dev.tandem.diffusion.schedule;

/**
 * How far the steps of a {@link FlowMatchScheduler} move towards the noise, by the size of the picture: along a line from one number of
 * patches to another, and further on ({@code use_dynamic_shifting}; diffusers' {@code calculate_shift}).
 *
 * @param baseShift μ for {@code basePatches}
 * @param maxShift μ for {@code maxPatches}
 * @param basePatches patches of a small picture ({@code base_image_seq_len})
 * @param maxPatches patches of a large one ({@code max_image_seq_len})
 * @param linear whether the shift is μ itself ({@code time_shift_type} {@code linear}), or e to the power of μ
 */
public record DynamicShift(double baseShift, double maxShift, int basePatches, int maxPatches, boolean linear) {

    public DynamicShift {
        if (maxPatches == basePatches) {
            throw new IllegalArgumentException(
                    "base_image_seq_len and max_image_seq_len must differ, both are " + basePatches);
        }
    }

    /** The shift of σ / (1 - σ) for pictures of so many patches. */
    double factor(int patches) {
        double slope = (maxShift - baseShift) / (maxPatches - basePatches);
        return factorOf(patches * slope + (baseShift - slope * basePatches));
    }

    /** The shift of σ / (1 - σ) where μ is given. */
    double factorOf(double mu) {
        return linear ? mu : Math.exp(mu);
    }
}

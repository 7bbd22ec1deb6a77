package dev.tandem.diffusion.schedule;

/**
 * What a {@link DpmSolverScheduler} has beside the {@link SchedulerConfig}.
 *
 * @param order how many predictions a step takes into account, 1 to 3
 * @param algorithm what is integrated
 * @param heun whether steps of second order follow Heun's method, or the midpoint's
 * @param lowerOrderFinal whether the last steps of a short run are of lower order
 * @param eulerAtFinal whether the last step always is of first order
 * @param sigmas how much noise the steps have
 * @param endsAboveZero whether the last step leaves the least noise of training ({@code final_sigmas_type} {@code sigma_min})
 * @param lambdaMinClipped time steps with less of the picture than this, as λ = log(√ᾱ / √(1 - ᾱ)), are left out
 * @param flowShift shift of flow sigmas
 */
public record DpmSolverConfig(
        int order,
        Algorithm algorithm,
        boolean heun,
        boolean lowerOrderFinal,
        boolean eulerAtFinal,
        SigmaSpacing sigmas,
        boolean endsAboveZero,
        double lambdaMinClipped,
        double flowShift) {

    /** What is integrated. */
    public enum Algorithm {
        /** The picture (Lu et al. 2022, "DPM-Solver++"). */
        DPM_SOLVER_PP("dpmsolver++", false),
        /** The noise (Lu et al. 2022, "DPM-Solver"). */
        DPM_SOLVER("dpmsolver", false),
        /** The picture, with fresh noise. */
        SDE_DPM_SOLVER_PP("sde-dpmsolver++", true),
        /** The noise, with fresh noise. */
        SDE_DPM_SOLVER("sde-dpmsolver", true);

        private final String configName;
        private final boolean stochastic;

        Algorithm(String configName, boolean stochastic) {
            this.configName = configName;
            this.stochastic = stochastic;
        }

        /** The name in configuration files. */
        public String configName() {
            return configName;
        }

        boolean stochastic() {
            return stochastic;
        }

        boolean ofPicture() {
            return this == DPM_SOLVER_PP || this == SDE_DPM_SOLVER_PP;
        }
    }

    /** The settings of diffusers where a file says nothing. */
    public static final DpmSolverConfig DEFAULT = new DpmSolverConfig(
            2, Algorithm.DPM_SOLVER_PP, false, true, false, SigmaSpacing.TIMESTEPS, false, Double.NEGATIVE_INFINITY, 1);

    public DpmSolverConfig {
        if (order < 1 || order > 3) {
            throw new IllegalArgumentException("solver_order is 1, 2 or 3, got " + order);
        }
        if (order == 3 && algorithm == Algorithm.SDE_DPM_SOLVER) {
            throw new IllegalArgumentException("sde-dpmsolver has no steps of third order; set solver_order to 2");
        }
        if (!endsAboveZero && !algorithm.ofPicture()) {
            throw new IllegalArgumentException("algorithm_type " + algorithm.configName()
                    + " can't end in no noise at all; set final_sigmas_type to sigma_min");
        }
    }
}

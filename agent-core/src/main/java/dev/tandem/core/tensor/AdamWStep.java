package dev.tandem.core.tensor;

import java.util.List;

/**
 * The arguments of one fused AdamW step.
 *
 * @param parameters float32 leaves with gradients; one without a gradient is an error
 * @param gradients one for each parameter, of its shape
 * @param firstMoments running mean of the gradients, changed in place
 * @param secondMoments running mean of the squared gradients, changed in place
 * @param step number of this step, counted from 1 (for the bias correction)
 * @param learningRate step size
 * @param beta1 decay of the first moments
 * @param beta2 decay of the second moments
 * @param eps added to the denominator
 * @param weightDecay decoupled decay, multiplied by the learning rate
 */
public record AdamWStep(
        List<Tensor> parameters,
        List<Tensor> gradients,
        List<Tensor> firstMoments,
        List<Tensor> secondMoments,
        long step,
        double learningRate,
        double beta1,
        double beta2,
        double eps,
        double weightDecay) {

    public AdamWStep {
        parameters = List.copyOf(parameters);
        gradients = List.copyOf(gradients);
        firstMoments = List.copyOf(firstMoments);
        secondMoments = List.copyOf(secondMoments);
        int n = parameters.size();
        if (gradients.size() != n || firstMoments.size() != n || secondMoments.size() != n) {
            throw new IllegalArgumentException(
                    "AdamW needs one gradient and two moments for each of the " + n + " parameters, got "
                            + gradients.size() + ", " + firstMoments.size() + " and " + secondMoments.size());
        }
        if (step < 1) {
            throw new IllegalArgumentException("AdamW counts its steps from 1, got " + step);
        }
    }
}

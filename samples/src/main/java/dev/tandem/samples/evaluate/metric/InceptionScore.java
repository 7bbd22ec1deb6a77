package dev.tandem.samples.evaluate.metric;

/**
 * Inception Score (Salimans et al. 2016): {@code exp(mean KL(p(y|x) || p(y)))} of the classes that a classifier gives to pictures; from 1,
 * all alike or all unsure, to the number of classes. Equal to torch-fidelity's.
 *
 * @param mean over the parts
 * @param deviation over the parts, divided by their number
 */
public record InceptionScore(double mean, double deviation) {

    /** How far probabilities may be from a sum of 1. */
    private static final double SLACK = 1e-3;

    /**
     * The score.
     *
     * @param probabilities [N, K], each row sums to 1
     * @param parts the pictures are cut into so many parts in their order, each with its own p(y); published scores have 10
     * @throws IllegalArgumentException if there are fewer pictures than parts, or rows are no probabilities
     */
    public static InceptionScore of(double[][] probabilities, int parts) {
        if (parts < 1) {
            throw new IllegalArgumentException("an Inception Score has at least 1 part, got " + parts);
        }
        FeatureRows.width("Inception Score", probabilities, parts);
        for (int i = 0; i < probabilities.length; i++) {
            double sum = 0;
            for (double p : probabilities[i]) {
                sum += p < 0 ? Double.NaN : p;
            }
            if (!(Math.abs(sum - 1) <= SLACK)) {
                throw new IllegalArgumentException(
                        "Inception Score: the values of picture " + i + " are no probabilities with sum 1");
            }
        }
        double sum = 0;
        double squares = 0;
        double[] scores = new double[parts];
        for (int i = 0; i < parts; i++) {
            int from = (int) ((long) i * probabilities.length / parts);
            int to = (int) ((i + 1L) * probabilities.length / parts);
            scores[i] = score(probabilities, from, to);
            sum += scores[i];
        }
        for (double score : scores) {
            squares += (score - sum / parts) * (score - sum / parts);
        }
        return new InceptionScore(sum / parts, Math.sqrt(squares / parts));
    }

    private static double score(double[][] probabilities, int from, int to) {
        double divergence = 0;
        for (int k = 0; k < probabilities[0].length; k++) {
            double marginal = 0;
            for (int i = from; i < to; i++) {
                marginal += probabilities[i][k] / (to - from);
            }
            for (int i = from; i < to; i++) {
                double p = probabilities[i][k];
                divergence += p == 0 ? 0 : p * (Math.log(p) - Math.log(marginal)) / (to - from);
            }
        }
        return Math.exp(divergence);
    }
}

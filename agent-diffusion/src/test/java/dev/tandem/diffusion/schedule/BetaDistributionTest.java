package dev.tandem.diffusion.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BetaDistributionTest {

    /** Values of scipy 1.17.1, {@code scipy.stats.beta.ppf}. */
    @ParameterizedTest
    @CsvSource({
        "0.001, 0.6, 0.6, 1.855873851745199e-05",
        "0.1, 0.6, 0.6, 0.03958440558878085",
        "0.5, 0.6, 0.6, 0.5",
        "0.9, 0.6, 0.6, 0.9604155944112192",
        "0.999, 0.6, 0.6, 0.9999814412614826",
        "0.25, 2, 5, 0.16116291679032652",
        "0.999, 2, 5, 0.818613866919134",
    })
    void quantilesAreThoseOfScipy(double p, double a, double b, double expected) {
        assertEquals(expected, BetaDistribution.quantile(a, b, p), 1e-12 * Math.max(expected, 1e-3));
    }

    @Test
    void theEndsAreTheEnds() {
        assertEquals(0, BetaDistribution.quantile(0.6, 0.6, 0));
        assertEquals(1, BetaDistribution.quantile(0.6, 0.6, 1));
    }
}

package dev.tandem.llm.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Expected frequencies are those of transformers 4.57.1 for heads of width 16. */
class RopeFrequenciesTest {

    private static void assertFrequencies(
            RopeScaling scaling, double theta, int maxPositions, int positions, double... expected) {
        float[] f = RopeFrequencies.of(16, theta, scaling, maxPositions, positions);
        assertEquals(expected.length, f.length);
        for (int i = 0; i < f.length; i++) {
            assertEquals(expected[i], f[i], 2e-7 * expected[i], "frequency " + i);
        }
    }

    @Test
    void plain() {
        assertFrequencies(
                new RopeScaling.None(),
                10000,
                2048,
                2048,
                1.0,
                0.3162277638912201,
                0.10000000149011612,
                0.03162277862429619,
                0.009999999776482582,
                0.003162277862429619,
                0.0010000000474974513,
                0.0003162277862429619);
    }

    @Test
    void linear() {
        assertFrequencies(
                new RopeScaling.Linear(2.5),
                10000,
                2048,
                2048,
                0.4000000059604645,
                0.12649109959602356,
                0.03999999910593033,
                0.012649111449718475,
                0.003999999724328518,
                0.0012649111449718475,
                0.0004000000189989805,
                0.0001264911115868017);
    }

    @Test
    void dynamic() {
        assertFrequencies(
                new RopeScaling.Dynamic(2),
                10000,
                32,
                60,
                1.0,
                0.27367693185806274,
                0.07489906251430511,
                0.02049814537167549,
                0.0056098694913089275,
                0.0015352917835116386,
                0.0004201739211566746,
                0.00011499191168695688);
    }

    @Test
    void llama3() {
        assertFrequencies(
                new RopeScaling.Llama3(32, 1, 4, 48),
                500000,
                2048,
                2048,
                1.0,
                0.0362095832824707,
                0.001175188459455967,
                0.00022789578360971063,
                4.4194170186528936e-05,
                8.570255886297673e-06,
                1.6619674170215148e-06,
                3.2229328894572973e-07);
    }

    @Test
    void yarn() {
        RopeScaling.Yarn yarn = new RopeScaling.Yarn(4, 32, 1, 32, null, true);
        assertFrequencies(
                yarn,
                10000,
                128,
                128,
                1.0,
                0.19764235615730286,
                0.02500000037252903,
                0.007905694656074047,
                0.0024999999441206455,
                0.0007905694656074047,
                0.0002500000118743628,
                7.905694656074047e-05);
        assertEquals(1.138629436111989, RopeFrequencies.attentionFactor(yarn), 1e-7);
    }
}

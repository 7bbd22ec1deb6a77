package dev.tandem.samples.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.samples.evaluate.Tally.Share;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TallyTest {

    @Test
    void precisionRecallAndTheirHarmonicMean() {
        Tally tally = Tally.turn(true, true)
                .plus(Tally.turn(true, true))
                .plus(Tally.turn(true, true))
                .plus(Tally.turn(false, true))
                .plus(Tally.turn(true, false))
                .plus(Tally.turn(true, false))
                .plus(Tally.turn(false, false));
        assertEquals(0.75, tally.precision());
        assertEquals(0.6, tally.recall());
        assertEquals(2 * 0.75 * 0.6 / (0.75 + 0.6), tally.f1(), 1e-12);
        assertEquals(0, Tally.none().f1());
    }

    @Test
    void captionsAreCountedFactByFact() {
        Share right = Share.of(true, true);
        Share wrong = Share.of(true, false);
        Tally tally = Tally.caption(right, wrong, right).plus(Tally.caption(wrong, wrong, Share.of(false, false)));
        assertEquals(0.5, tally.subjects().value());
        assertEquals(0, tally.places().value());
        assertEquals(1, tally.counts().value(), "what was not told is not counted");
    }

    @Test
    void theIntervalHoldsTheShareAndNarrowsWithMoreDialogues() {
        Bootstrap.Interval few =
                Bootstrap.interval(dialogues(20), t -> t.subjects().value());
        Bootstrap.Interval many =
                Bootstrap.interval(dialogues(400), t -> t.subjects().value());
        assertTrue(few.low() <= 0.75 && few.high() >= 0.75, few.toString());
        assertTrue(many.low() <= 0.75 && many.high() >= 0.75, many.toString());
        assertTrue(many.high() - many.low() < few.high() - few.low());
        // the standard error of a share of 0.75 in 400 is 0.0217, so the interval is about 0.085 wide
        assertEquals(0.085, many.high() - many.low(), 0.02);
        assertThrows(IllegalArgumentException.class, () -> Bootstrap.interval(List.of(), Tally::f1));
    }

    private static List<Tally> dialogues(int n) {
        List<Tally> tallies = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            tallies.add(Tally.caption(Share.of(true, i % 4 != 0), Share.NONE, Share.NONE));
        }
        return tallies;
    }
}

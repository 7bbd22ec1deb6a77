package dev.tandem.core.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tandem.core.stage.Span;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaddingTest {

    private static Encoded row(Integer... ids) {
        return new Encoded(
                List.of(ids), Collections.nCopies(ids.length, new Span(1, 2)), Collections.nCopies(ids.length, 1));
    }

    @Test
    void fillsToTheLongestRowOrToALength() {
        List<Encoded> rows = List.of(row(5), row(5, 6, 7));
        assertEquals(
                List.of(5, 9, 9),
                new Padding(0, 1, Side.RIGHT, 9).pad(rows).get(0).ids());
        assertEquals(
                List.of(5, 6, 7, 9),
                new Padding(0, 4, Side.RIGHT, 9).pad(rows).get(1).ids());
        assertEquals(
                List.of(9, 5), new Padding(2, 1, Side.LEFT, 9).pad(rows).get(0).ids());
        assertEquals(row(5, 6, 7), Padding.to(2, 9).pad(rows).get(1), "longer rows stay");
        assertEquals(List.of(), Padding.to(2, 9).pad(List.of()));
    }

    @Test
    void filledPlacesAreMaskedAndHoldNoText() {
        Encoded padded = new Padding(3, 1, Side.LEFT, 9).pad(List.of(row(5))).get(0);
        assertEquals(List.of(0, 0, 1), padded.attentionMask());
        assertEquals(List.of(new Span(0, 0), new Span(0, 0), new Span(1, 2)), padded.spans());
    }

    @Test
    void refusesLengthsThatAreNone() {
        assertThrows(IllegalArgumentException.class, () -> new Padding(-1, 1, Side.RIGHT, 0));
        assertThrows(IllegalArgumentException.class, () -> new Padding(1, 0, Side.RIGHT, 0));
        assertThrows(IllegalArgumentException.class, () -> Truncation.to(0));
    }
}

package dev.tandem.samples.evaluate;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A measured value.
 *
 * @param name of what, with the network that it depends on
 * @param value in its unit
 * @param interval of 95 %; null where there is none
 * @param percent whether values are shares of 1, shown as percents
 */
record Measure(String name, double value, Bootstrap.@Nullable Interval interval, boolean percent) {

    /** The value as text, with its interval. */
    String text() {
        return interval == null
                ? number(value)
                : number(value) + " (" + number(interval.low()) + " to " + number(interval.high()) + ")";
    }

    private String number(double x) {
        if (percent) {
            return String.format(Locale.ROOT, "%.1f %%", 100 * x);
        }
        // kernel distances are small
        return String.format(Locale.ROOT, Math.abs(x) < 1 ? "%.4f" : "%.2f", x);
    }
}

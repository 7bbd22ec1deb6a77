package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The values of a training log over its steps, and charts of them. */
final class Curves {

    private static final int MAX_POINTS = 1000;
    private static final Set<String> NOT_DRAWN = Set.of("step", "skipped", "seconds", "seconds_left");

    /**
     * A value over the steps.
     *
     * @param steps ascending
     * @param values as many
     */
    private record Curve(List<Double> steps, List<Double> values) {
        Curve() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        void add(double step, double value) {
            steps.add(step);
            values.add(value);
        }

        /** Means of neighbours, so that no more are left than a chart can show. */
        Curve thinned() {
            int group = (steps.size() + MAX_POINTS - 1) / MAX_POINTS;
            Curve few = new Curve();
            for (int start = 0; start < steps.size(); start += group) {
                int end = Math.min(steps.size(), start + group);
                few.add(steps.get(end - 1), mean(values.subList(start, end)));
            }
            return few;
        }

        private static double mean(List<Double> some) {
            return some.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        }
    }

    /** Title of a chart to its curves by name. */
    private final Map<String, Map<String, Curve>> charts = new LinkedHashMap<>();

    private final Map<String, Double> lastEvaluation = new LinkedHashMap<>();

    /** Takes a line of the log; what is no finite number is left out. */
    void add(JsonNode line) {
        double step = line.path("step").asDouble();
        line.properties().forEach(field -> {
            if (field.getValue().isNumber() && !NOT_DRAWN.contains(field.getKey())) {
                add(
                        chart(field.getKey()),
                        field.getKey(),
                        step,
                        field.getValue().asDouble());
            }
        });
        line.path("evaluation").properties().forEach(field -> {
            if (field.getValue().isNumber()) {
                double value = field.getValue().asDouble();
                add("evaluation: " + field.getKey(), field.getKey(), step, value);
                lastEvaluation.put(field.getKey(), value);
            }
        });
    }

    private static String chart(String name) {
        return name.startsWith("loss") ? "loss" : name.equals("lr") ? "learning rate" : name;
    }

    private void add(String chart, String name, double step, double value) {
        charts.computeIfAbsent(chart, key -> new LinkedHashMap<>())
                .computeIfAbsent(name, key -> new Curve())
                .add(step, value);
    }

    /** Name to value of the newest evaluation. */
    Map<String, Double> lastEvaluation() {
        return Collections.unmodifiableMap(lastEvaluation);
    }

    /** Title to PNG in base 64. */
    Map<String, String> pictures() throws IOException {
        Map<String, String> pictures = new LinkedHashMap<>();
        for (Map.Entry<String, Map<String, Curve>> each : charts.entrySet()) {
            XYChart chart = new XYChartBuilder()
                    .width(640)
                    .height(360)
                    .title(each.getKey())
                    .xAxisTitle("step")
                    .build();
            chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
            chart.getStyler().setLegendVisible(each.getValue().size() > 1);
            each.getValue().forEach((name, curve) -> {
                Curve few = curve.thinned();
                chart.addSeries(name, few.steps(), few.values())
                        .setMarker(few.steps().size() > 40 ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
            });
            pictures.put(
                    each.getKey(),
                    Base64.getEncoder().encodeToString(BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG)));
        }
        return pictures;
    }
}

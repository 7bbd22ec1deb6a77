package dev.tandem.samples.experiment;

import dev.tandem.samples.experiment.Experiment.Kind;
import dev.tandem.samples.experiment.ExperimentReport.Cell;
import dev.tandem.samples.experiment.ExperimentReport.Part;
import dev.tandem.samples.experiment.ExperimentReport.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;

/** Charts of a table: the variants along the axis, a measure upwards, the range of the seeds as bars of errors. */
final class ExperimentFigures {

    private ExperimentFigures() {}

    /** A chart of one measure; null where no variant has it. */
    static byte @Nullable [] png(Part part, String measure) {
        boolean curve = part.table().kind() == Kind.CURVE;
        CategoryChart chart = new CategoryChartBuilder()
                .width(640)
                .height(360)
                .title(Measured.label(measure))
                .build();
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setXAxisLabelRotation(curve ? 0 : 20);
        if (curve) {
            chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
        }
        double scale = Measured.isShare(measure) ? 100 : 1;
        List<Row> rows = part.rows().stream()
                .filter(row -> row.cells().containsKey(measure))
                .toList();
        if (rows.isEmpty()) {
            return null;
        }
        List<Cell> cells = rows.stream()
                .map(row -> Objects.requireNonNull(row.cells().get(measure)))
                .toList();
        double low = cells.stream().mapToDouble(Cell::least).min().orElse(0) * scale;
        double high = cells.stream().mapToDouble(Cell::largest).max().orElse(1) * scale;
        if (curve && high > low) {
            chart.getStyler().setYAxisMin(low - 0.2 * (high - low)).setYAxisMax(high + 0.2 * (high - low));
        }
        chart.addSeries(
                measure,
                rows.stream().map(Row::label).toList(),
                cells.stream().map(cell -> scale * cell.value()).toList(),
                cells.stream()
                        .map(cell -> scale * (cell.largest() - cell.least()) / 2)
                        .toList());
        try {
            return BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
        } catch (IOException e) {
            throw new UncheckedIOException("the figure of " + measure + " cannot be drawn: " + e.getMessage(), e);
        }
    }
}

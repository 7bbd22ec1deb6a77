package dev.tandem.bridge.vocab;

import java.util.List;

/**
 * The part of the transformation that one caption touches, as rows {@code P[k, j] = (Σ source.weight · r[source]) · column.weight}:
 * each row has one scalar, drawn from a few entries of r, and a few columns that it pushes.
 *
 * @param shared whether there is one row that stands for all m positions; else there are m rows
 * @param rows the rows
 */
public record SparseTransform(boolean shared, List<Row> rows) implements VocabularyTransform {

    public SparseTransform {
        rows = List.copyOf(rows);
        if (shared && rows.size() != 1) {
            throw new IllegalArgumentException("a shared transform has one row, got " + rows.size());
        }
    }

    /**
     * One row of P.
     *
     * @param sources what its scalar is the sum of; empty for a row without gradient
     * @param columns what the scalar pushes
     */
    public record Row(List<Source> sources, List<Column> columns) {

        static final Row EMPTY = new Row(List.of(), List.of());

        public Row {
            sources = List.copyOf(sources);
            columns = List.copyOf(columns);
        }
    }

    /**
     * An entry of r.
     *
     * @param position caption position i of the language model
     * @param token LLM token t
     * @param weight its factor
     */
    public record Source(int position, int token, float weight) {}

    /**
     * An entry of M's columns.
     *
     * @param token diffusion token j
     * @param weight its factor
     */
    public record Column(int token, float weight) {}

    @Override
    public int size() {
        return rows.stream()
                .mapToInt(row -> row.sources().size() + row.columns().size())
                .sum();
    }
}

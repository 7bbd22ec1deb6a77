package dev.tandem.samples.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.config.ConfigReader;
import dev.tandem.samples.evaluate.HeldOutEvaluation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The definition of an experiment, read from a file: one recipe, changed by variants (what is compared) under conditions (on what), with
 * several seeds, and the tables to make of it.
 *
 * @param title a heading
 * @param notes what was done, in sentences; shown as they stand
 * @param recipe of kind {@code joint}, without {@code model}: what all runs have in common
 * @param evaluation the held-out dialogues that each trained model is measured on; those with photos only where it was trained on such
 * @param seeds of data order, noise and dropout; a run for each
 * @param conditions by name
 * @param variants by name
 * @param tables in the order in which their runs are made
 */
public record Experiment(
        String title,
        List<String> notes,
        ObjectNode recipe,
        HeldOutEvaluation evaluation,
        List<Long> seeds,
        Map<String, Setting> conditions,
        Map<String, Setting> variants,
        List<Table> tables) {

    private static final String BUNDLED = "papers/";

    /**
     * A change of the recipe.
     *
     * @param label for people
     * @param recipe fields that replace the recipe's, object by object (RFC 7396)
     */
    public record Setting(String label, ObjectNode recipe) {}

    /** How results are shown. */
    public enum Kind {
        /** A row for each variant, with differences from the baseline. */
        TABLE,
        /** A table and a chart with a group of bars for each measure. */
        BARS,
        /** A table and a chart for each measure, the variants along the axis. */
        CURVE
    }

    /**
     * Results that are shown together.
     *
     * @param name of its files
     * @param title a heading
     * @param kind how
     * @param conditions a part of the table for each
     * @param variants rows
     * @param baseline the variant that differences are from
     * @param measures columns
     * @param paper the paper's own rows, by the names of its data
     */
    public record Table(
            String name,
            String title,
            Kind kind,
            List<String> conditions,
            List<String> variants,
            String baseline,
            List<String> measures,
            Map<String, List<PaperRow>> paper) {

        public Table {
            conditions = List.copyOf(conditions);
            variants = List.copyOf(variants);
            measures = List.copyOf(measures);
            paper = Collections.unmodifiableMap(new LinkedHashMap<>(paper));
            if (!variants.contains(baseline)) {
                throw new IllegalArgumentException(
                        "table '" + name + "': the baseline '" + baseline + "' is none of its variants " + variants);
            }
            measures.forEach(Measured::require);
        }
    }

    /**
     * A row of a table in the paper.
     *
     * @param label as there
     * @param values as there, by this table's measures
     */
    public record PaperRow(String label, Map<String, Double> values) {}

    public Experiment {
        notes = List.copyOf(notes);
        seeds = List.copyOf(seeds);
        conditions = Collections.unmodifiableMap(new LinkedHashMap<>(conditions));
        variants = Collections.unmodifiableMap(new LinkedHashMap<>(variants));
        tables = List.copyOf(tables);
        if (seeds.isEmpty() || tables.isEmpty()) {
            throw new IllegalArgumentException("an experiment has at least one seed and one table");
        }
        for (Table table : tables) {
            require(table, "condition", table.conditions(), conditions.keySet());
            require(table, "variant", table.variants(), variants.keySet());
        }
        if (recipe.has("model")) {
            throw new IllegalArgumentException("the recipe of an experiment has no 'model'; it is given with --model");
        }
    }

    private static void require(Table table, String what, List<String> named, Set<String> known) {
        for (String name : named) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("table '" + table.name() + "' names an unknown " + what + " '" + name
                        + "'; known are " + known);
            }
        }
    }

    /**
     * Reads a definition.
     *
     * @param name {@code papers/e2e}, or the path of a file
     * @throws IllegalArgumentException if there is none, or something in it is wrong
     */
    public static Experiment read(String name) {
        if (!name.startsWith(BUNDLED) || name.endsWith(".json")) {
            return ConfigReader.read(Path.of(name), Experiment.class);
        }
        String resource = name.substring(BUNDLED.length()) + ".json";
        try (InputStream in = Experiment.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException(
                        "there is no experiment " + name + "; there is papers/e2e, or give the path of a .json file");
            }
            return ConfigReader.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), name, Experiment.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same with other seeds. */
    public Experiment withSeeds(List<Long> others) {
        return new Experiment(title, notes, recipe, evaluation, others, conditions, variants, tables);
    }

    /** All runs, each once, those of the first table first and there seed by seed. */
    List<PlannedRun> runs(Path model) {
        Set<PlannedRun> runs = new LinkedHashSet<>();
        for (Table table : tables) {
            for (String condition : table.conditions()) {
                for (long seed : seeds) {
                    table.variants().forEach(variant -> runs.add(run(condition, variant, seed, model)));
                }
            }
        }
        return new ArrayList<>(runs);
    }

    private PlannedRun run(String condition, String variant, long seed, Path model) {
        ObjectNode made = recipe.deepCopy();
        made.put("kind", "joint").put("model", model.toString());
        Patches.apply(made, setting(conditions, condition).recipe());
        Patches.apply(made, setting(variants, variant).recipe());
        made.withObject("/training").put("seed", seed);
        made.withObject("/data").put("seed", seed);
        return new PlannedRun(condition, variant, seed, made);
    }

    /** A setting that was required to be there. */
    static Setting setting(Map<String, Setting> settings, String name) {
        Setting setting = settings.get(name);
        if (setting == null) {
            throw new IllegalArgumentException("there is no setting '" + name + "'; there are " + settings.keySet());
        }
        return setting;
    }
}

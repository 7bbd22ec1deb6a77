package dev.tandem.samples.probe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.agent.Models;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.WeightException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures what the bridge's gradient knows about other words in a caption. */
@Command(
        name = "informativeness",
        mixinStandardHelpOptions = true,
        description =
                "Measures how well the bridge's gradient predicts what other words in a caption do to the picture's loss, for each matrix.")
public final class InformativenessCommand implements Callable<Integer> {

    private static final int LARGEST = 100_000;

    @Option(names = "--model", defaultValue = Models.DEFAULT, paramLabel = "MODEL", description = "(${DEFAULT-VALUE})")
    private String model = Models.DEFAULT;

    @Option(
            names = "--substitutions",
            defaultValue = "500",
            paramLabel = "N",
            description = "words to replace, at least (${DEFAULT-VALUE})")
    private int substitutions;

    @Option(
            names = "--noises",
            defaultValue = "16",
            paramLabel = "N",
            description =
                    "pairs of noise and time step for each picture, an even number; gradients have half of them (${DEFAULT-VALUE})")
    private int noises;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "(${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--json", description = "one JSON object instead of tables")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        if (substitutions < 1 || substitutions > LARGEST || noises < 2 || noises > 512 || noises % 2 != 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--substitutions is 1 to " + LARGEST + " and --noises an even number from 2 to 512, got "
                            + substitutions + " and " + noises);
        }
        List<Position> positions;
        try (ProbedModel opened = ProbedModel.open(TorchEngine.cpu(), Models.find(model))) {
            positions = new Probe(opened, noises, seed)
                    .run(
                            substitutions,
                            done -> spec.commandLine()
                                    .getErr()
                                    .println(done + " of " + substitutions + " substitutions"));
        } catch (IllegalArgumentException | WeightException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        Map<String, List<Measures>> tables = new LinkedHashMap<>();
        tables.put("under the same noises", measures(positions, false));
        tables.put("under fresh noises", measures(positions, true));
        tables.put(
                "under fresh noises, where a word is wrong",
                measures(positions.stream().filter(Position::wrong).toList(), true));
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("model", model);
            result.put("seed", seed);
            result.put("places", positions.size());
            result.put(
                    "substitutions",
                    positions.stream().mapToInt(p -> p.substitutions().size()).sum());
            result.put("by_percent_of_the_way", Measures.byWay(positions));
            result.put("tables", tables);
            spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(result));
        } else {
            print(positions, tables);
        }
        return 0;
    }

    private List<Measures> measures(List<Position> positions, boolean fresh) {
        List<Measures> rows = new ArrayList<>();
        List<String> estimators = positions.stream()
                .flatMap(p -> p.substitutions().stream())
                .flatMap(s -> s.predicted().keySet().stream())
                .distinct()
                .toList();
        for (String estimator : estimators) {
            Stream.iterate(1, k -> k <= noises / 2, k -> 4 * k)
                    .forEach(k -> rows.add(Measures.of(positions, estimator, k, fresh)));
        }
        return rows;
    }

    private void print(List<Position> positions, Map<String, List<Measures>> tables) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(positions.size() + " places, "
                + positions.stream().mapToInt(p -> p.substitutions().size()).sum() + " substitutions");
        Measures.byWay(positions)
                .forEach((percent, value) -> out.printf(
                        Locale.ROOT, "%d %% of the way to another token: rank correlation %.2f%n", percent, value));
        tables.forEach((name, rows) -> {
            out.println();
            out.println(name);
            out.printf(
                    "%-36s %6s %-20s %-20s %6s %6s %6s%n",
                    "estimator", "noises", "overall", "within", "sign", "best", "finds");
            rows.forEach(row -> out.printf(
                    Locale.ROOT,
                    "%-36s %6d %5.2f [%5.2f, %5.2f] %5.2f [%5.2f, %5.2f] %6.2f %6.2f %6.2f%n",
                    row.estimator(),
                    row.noises(),
                    row.overall(),
                    row.overallLow(),
                    row.overallHigh(),
                    row.within(),
                    row.withinLow(),
                    row.withinHigh(),
                    row.sign(),
                    row.bestLowers(),
                    row.finds()));
        });
    }
}

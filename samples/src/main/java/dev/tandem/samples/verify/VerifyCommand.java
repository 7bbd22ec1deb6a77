package dev.tandem.samples.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Exit code 0: all cases pass; 1: some do not; 2: bad usage, or a folder without cases. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Runs parity cases and says whether the numbers equal the reference's.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all cases pass",
            "1:a case fails or is of an unknown kind",
            "2:bad usage, or a folder without cases"
        })
public final class VerifyCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameters(
            arity = "1..*",
            paramLabel = "DIR",
            description = "a case (a folder with case.json), or a folder of cases")
    private List<Path> folders = List.of();

    @Option(names = "--json", description = "print one JSON object instead of a table")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Path> cases = new ArrayList<>();
        for (Path folder : folders) {
            cases.addAll(cases(folder));
        }
        PrintWriter out = spec.commandLine().getOut();
        ParityRunner runner = new ParityRunner(TorchEngine.cpu());
        int width = cases.stream()
                .mapToInt(c -> String.valueOf(c.getFileName()).length())
                .max()
                .orElse(0);
        List<ParityResult> results = new ArrayList<>();
        for (Path each : cases) {
            ParityResult result = runner.run(each);
            results.add(result);
            if (!json) {
                out.println(line(result, width));
                out.flush();
            }
        }
        long failed = results.stream().filter(r -> !r.passed()).count();
        long millis = results.stream().mapToLong(ParityResult::millis).sum();
        if (json) {
            out.println(object(results, failed, millis));
        } else {
            out.printf(
                    Locale.ROOT,
                    "%d cases, %d passed, %d failed, %.1f s%n",
                    results.size(),
                    results.size() - failed,
                    failed,
                    millis / 1000.0);
        }
        out.flush();
        return failed == 0 ? 0 : 1;
    }

    private List<Path> cases(Path folder) {
        String problem;
        try {
            List<Path> found = ParityRunner.cases(folder);
            if (!found.isEmpty()) {
                return found;
            }
            problem = folder + " holds no case: neither a case.json nor folders with one";
        } catch (NoSuchFileException e) {
            problem = "there is no folder " + folder;
        } catch (NotDirectoryException e) {
            problem = folder + " is not a folder";
        } catch (IOException e) {
            problem = "cannot read the folder " + folder
                    + (Files.isReadable(folder) ? ": " + e.getMessage() : ": not allowed");
        }
        throw new ParameterException(spec.commandLine(), problem);
    }

    private static String line(ParityResult r, int width) {
        String verdict = switch (r.outcome()) {
            case PASSED -> "pass";
            case FAILED -> "FAIL";
            case UNSUPPORTED -> "UNSUPPORTED";
        };
        String text = String.format(
                Locale.ROOT,
                "%-" + Math.max(1, width) + "s  %-20s  %-4s  %8s of tolerance  %6d ms",
                r.name(),
                r.kind(),
                verdict,
                share(r.worst()),
                r.millis());
        return r.message().isEmpty() ? text : text + "  " + r.message();
    }

    private static String share(double worst) {
        return Double.isInfinite(worst) ? "-" : String.format(Locale.ROOT, "%.3g", worst);
    }

    private static String object(List<ParityResult> results, long failed, long millis) {
        ObjectNode object = JSON.createObjectNode();
        var cases = object.putArray("cases");
        for (ParityResult r : results) {
            ObjectNode node = cases.addObject()
                    .put("name", r.name())
                    .put("kind", r.kind())
                    .put("passed", r.passed())
                    .put("outcome", r.outcome().name().toLowerCase(Locale.ROOT));
            if (Double.isFinite(r.worst())) {
                node.put("worst", r.worst());
            } else {
                node.putNull("worst"); // JSON has no infinity
            }
            node.put("ms", r.millis());
            if (!r.message().isEmpty()) {
                node.put("message", r.message());
            }
        }
        object.put("passed", results.size() - failed).put("failed", failed).put("ms", millis);
        try {
            return JSON.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values cannot be written as JSON", e);
        }
    }
}

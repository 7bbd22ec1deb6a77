package dev.tandem.samples.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.agent.Models;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.WeightException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures agents of the small world on held-out dialogues; several are shown side by side. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description =
                "Measures when an agent shares photos, what their captions say and what the pictures show, on held-out dialogues.")
public final class EvaluateCommand implements Callable<Integer> {

    private static final int SAY_EVERY = 25;

    @Parameters(
            arity = "0..*",
            paramLabel = "MODEL",
            description = "names of models, or paths of model folders (default: default)")
    private List<String> models = new ArrayList<>();

    @Option(names = "--held-out", paramLabel = "N", defaultValue = "500", description = "dialogues (${DEFAULT-VALUE})")
    private int heldOut;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "another seed writes other dialogues (${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--judge",
            paramLabel = "FILE",
            description = "weights of another picture judge, as 'train' exports them (kind judge)")
    private @Nullable Path judge;

    @Option(names = "--json", description = "one JSON object for each model instead of a table")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        if (heldOut < 1) {
            throw new ParameterException(spec.commandLine(), "--held-out is at least 1, got " + heldOut);
        }
        if (judge != null && !Files.isRegularFile(judge)) {
            throw new ParameterException(spec.commandLine(), "there is no file " + judge + " with the judge's weights");
        }
        List<EvaluationReport> reports = new ArrayList<>();
        try (PictureJudge pictures = judge()) {
            for (String model : models.isEmpty() ? List.of(Models.DEFAULT) : models) {
                reports.add(evaluate(model, pictures));
            }
        } catch (IllegalArgumentException | WeightException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        print(reports);
        return 0;
    }

    private PictureJudge judge() {
        TensorEngine engine = TorchEngine.cpu();
        return judge == null ? PictureJudge.embedded(engine) : PictureJudge.load(engine, judge);
    }

    private EvaluationReport evaluate(String model, PictureJudge pictures) {
        try (PhotoSharingAgent agent = PhotoSharingAgent.builder()
                .model(model)
                .temperature(0.0)
                .seed(seed)
                .build()) {
            return new EvaluationReport(model, new Evaluation(agent, pictures, seed).run(heldOut, done -> {
                        if (done % SAY_EVERY == 0) {
                            spec.commandLine().getErr().println(model + ": " + done + " of " + heldOut + " dialogues");
                        }
                    }));
        }
    }

    private void print(List<EvaluationReport> reports) throws JsonProcessingException {
        if (json) {
            for (EvaluationReport report : reports) {
                spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(report.json()));
            }
        } else {
            EvaluationReport.table(reports).forEach(spec.commandLine().getOut()::println);
        }
    }
}

package dev.tandem.samples.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.agent.Models;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.data.RecordedDialogue;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.WeightException;
import dev.tandem.samples.output.OutputFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
                "Measures when an agent shares photos, what their captions say and what the pictures show, on held-out dialogues of the small world; or, with --data, what it says and shares on dialogues of your own.")
public final class EvaluateCommand implements Callable<Integer> {

    private static final int SAY_EVERY = 25;

    @Parameters(
            arity = "0..*",
            paramLabel = "MODEL",
            description = "names of models, or paths of model folders (default: default)")
    private List<String> models = new ArrayList<>();

    @Option(
            names = "--held-out",
            paramLabel = "N",
            defaultValue = "500",
            description = "dialogues; with --data at most so many (${DEFAULT-VALUE})")
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

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device = "cpu";

    @Option(names = "--json", description = "one JSON object for each model instead of a table")
    private boolean json;

    @Option(
            names = "--report",
            paramLabel = "FOLDER",
            description =
                    "also measure texts and sets of pictures, and write report.md, report.html and report.json there")
    private @Nullable Path report;

    @Option(
            names = "--clip",
            paramLabel = "FOLDER",
            description =
                    "a CLIP model in the layout of transformers; the report then has CLIPScore and distances by its features")
    private @Nullable Path clip;

    @Option(
            names = "--inception",
            paramLabel = "FILE",
            description =
                    "pytorch-fid's InceptionV3 as safetensors; the report then has IS, FID and KID by its features")
    private @Nullable Path inception;

    @Option(
            names = "--sights",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "also send photos of held-out scenes in so many dialogues and count the right answers about them, with the photo and without it (${DEFAULT-VALUE})")
    private int sights;

    @Mixin
    private final OwnDialoguesOptions own = new OwnDialoguesOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        if (heldOut < 1) {
            throw new ParameterException(spec.commandLine(), "--held-out is at least 1, got " + heldOut);
        }
        if (sights < 0 || sights > 0 && own.given()) {
            throw new ParameterException(
                    spec.commandLine(), "--sights is a number of dialogues of the small world; not for --data");
        }
        if (judge != null && !Files.isRegularFile(judge)) {
            throw new ParameterException(spec.commandLine(), "there is no file " + judge + " with the judge's weights");
        }
        if ((clip != null || inception != null) && report == null) {
            throw new ParameterException(
                    spec.commandLine(), "--clip and --inception measure what stands in a report; give --report");
        }
        List<ReportPages.Model> evaluated = new ArrayList<>();
        List<SightReport> seen = new ArrayList<>();
        try {
            if (report != null) {
                OutputFiles.checkFolder(report);
            }
            List<RecordedDialogue> read = own.given() ? own.read(heldOut, err()) : List.of();
            try (Networks networks = networks().load(TorchEngine.on(Device.parse(device)), own.given())) {
                for (String model : models.isEmpty() ? List.of(Models.DEFAULT) : models) {
                    if (own.given()) {
                        evaluated.addAll(evaluateOwn(model, read, networks));
                    } else {
                        evaluated.add(evaluate(model, networks, seen));
                    }
                }
            }
            if (report != null) {
                write(report, new ReportPages(evaluated, settings(read.size())));
            }
        } catch (IllegalArgumentException | WeightException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        print(evaluated.stream().map(ReportPages.Model::report).toList(), seen);
        return 0;
    }

    private Networks.Files networks() {
        return new Networks.Files(judge, clip, inception);
    }

    private List<String> settings(int dialogues) {
        List<String> settings = new ArrayList<>(
                own.given()
                        ? own.settings(dialogues)
                        : List.of(
                                heldOut + " held-out dialogues, seed " + seed
                                        + "; in brackets 95 % bootstrap intervals",
                                "BLEU and ROUGE-L are 0 to 100, of the agent's words against the words that were written"));
        settings.addAll(networks().settings(own.given()));
        return settings;
    }

    private static void write(Path folder, ReportPages pages) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot make the folder " + folder + ": " + e.getMessage(), e);
        }
        OutputFiles.replace(folder.resolve("report.md"), pages.markdown().getBytes(StandardCharsets.UTF_8));
        OutputFiles.replace(folder.resolve("report.html"), pages.html().getBytes(StandardCharsets.UTF_8));
        OutputFiles.replace(folder.resolve("report.json"), pages.json().getBytes(StandardCharsets.UTF_8));
    }

    private ReportPages.Model evaluate(String model, Networks networks, List<SightReport> seen) {
        try (PhotoSharingAgent agent = agent(model)) {
            if (sights > 0) {
                seen.add(new SightReport(
                        model,
                        new SightEvaluation(agent, seed, false)
                                .run(sights, done -> say(model + ", photos", done, sights))));
            }
            List<Outcome> outcomes = new Evaluation(agent, networks.judge(), seed, report != null)
                    .run(heldOut, done -> say(model, done, heldOut));
            return new ReportPages.Model(
                    new EvaluationReport(
                            model, outcomes.stream().map(Outcome::tally).toList()),
                    report == null ? List.of() : OutcomeMeasures.of(outcomes, networks.asked(), networks.clip()),
                    outcomes.stream().flatMap(o -> o.exhibits().stream()).toList());
        }
    }

    private List<ReportPages.Model> evaluateOwn(String model, List<RecordedDialogue> read, Networks networks) {
        List<ReportPages.Model> evaluated = new ArrayList<>();
        try (PhotoSharingAgent agent = agent(model)) {
            for (Speaker speaker : own.speakers()) {
                OwnEvaluation evaluation = new OwnEvaluation(agent, speaker, report != null, own.look());
                List<Outcome> outcomes = evaluation.run(
                        read, done -> say(model + ", " + speaker.name().toLowerCase(Locale.ROOT), done, read.size()));
                if (evaluation.tooLong() > 0) {
                    err().println(model + ": " + evaluation.tooLong()
                            + " turns left out, as what was said before them is longer than the model reads");
                }
                evaluated.add(new ReportPages.Model(
                        new EvaluationReport(
                                model, outcomes.stream().map(Outcome::tally).toList(), speaker),
                        report == null
                                ? List.of()
                                : OutcomeMeasures.of(outcomes, speaker, networks.asked(), networks.clip()),
                        outcomes.stream().flatMap(o -> o.exhibits().stream()).toList()));
            }
        }
        return evaluated;
    }

    private PhotoSharingAgent agent(String model) {
        return PhotoSharingAgent.builder()
                .model(model)
                .device(Device.parse(device))
                .temperature(0.0)
                .modelGuard(false) // what a model draws is measured, not what may be shown
                .seed(seed)
                .build();
    }

    private void say(String what, int done, int all) {
        if (done % SAY_EVERY == 0) {
            err().println(what + ": " + done + " of " + all + " dialogues");
        }
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }

    private void print(List<EvaluationReport> reports, List<SightReport> seen) throws JsonProcessingException {
        if (json) {
            for (int i = 0; i < reports.size(); i++) {
                ObjectNode object = reports.get(i).json();
                if (!seen.isEmpty()) {
                    object.set("sights", seen.get(i).json());
                }
                spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(object));
            }
        } else {
            EvaluationReport.table(reports).forEach(spec.commandLine().getOut()::println);
            for (SightReport report : seen) {
                spec.commandLine().getOut().println();
                spec.commandLine().getOut().println(report.model());
                report.table().forEach(spec.commandLine().getOut()::println);
            }
        }
    }
}

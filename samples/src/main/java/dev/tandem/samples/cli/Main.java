package dev.tandem.samples.cli;

import dev.tandem.core.agent.Version;
import dev.tandem.core.stage.CancelledException;
import dev.tandem.core.weights.WeightException;
import dev.tandem.samples.bench.BenchCommand;
import dev.tandem.samples.evaluate.EvaluateCommand;
import dev.tandem.samples.experiment.ExperimentCommand;
import dev.tandem.samples.probe.InformativenessCommand;
import dev.tandem.samples.server.ServeCommand;
import dev.tandem.samples.terminal.SafeText;
import dev.tandem.samples.verify.VerifyCommand;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code tandem}. Whatever is wrong with the input ends in one sentence on the error stream and exit code 2, Ctrl-C in 130.
 */
@Command(
        name = "tandem",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Versions.class,
        description = "Talk with an agent that shares photos, draw, train, evaluate.",
        footer = {"", "Start with: tandem chat"},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "1:done, but something failed that was to be checked",
            "2:bad input",
            "130:interrupted by Ctrl-C"
        })
public final class Main implements Runnable {

    static final int BAD_INPUT = 2;
    static final int INTERRUPTED_CODE = 130;
    static final String INTERRUPTED = "tandem: interrupted";

    private final Io io;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "print the stack trace of an error")
    private boolean debug;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Main(Io io) {
        this.io = io;
    }

    /** Runs the command line and ends the process. */
    public static void main(String... args) {
        Io io = Io.ofProcess();
        io.interruption().install(io.err());
        int code = run(io, args);
        io.interruption().finished();
        System.exit(code);
    }

    /** Runs the command line and returns the exit code. */
    static int run(Io io, String... args) {
        Main main = new Main(io);
        CommandLine line = new CommandLine(main)
                .addSubcommand(new ChatCommand(io))
                .addSubcommand(new ServeCommand(io.interruption()::finished))
                .addSubcommand(new DrawCommand(io))
                .addSubcommand(new GenerateCommand(io))
                .addSubcommand(new DescribeCommand(io))
                .addSubcommand(new ModelsCommand(io))
                .addSubcommand(new InfoCommand(io))
                .addSubcommand(new VerifyCommand())
                .addSubcommand(new CorpusCommand(io))
                .addSubcommand(new DataCommand(io))
                .addSubcommand(new TokenizersCommand())
                .addSubcommand(new TrainCommand())
                .addSubcommand(new EvaluateCommand())
                .addSubcommand(new InformativenessCommand())
                .addSubcommand(new ExperimentCommand())
                .addSubcommand(new BenchCommand());
        PrintWriter out = writer(io.out());
        PrintWriter err = writer(io.err());
        line.setOut(out)
                .setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setUsageHelpAutoWidth(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, arguments) -> main.fail(BAD_INPUT, sentence(e), e))
                .setExecutionExceptionHandler((e, command, parsed) -> main.fail(e));
        int code = line.execute(args);
        out.flush();
        err.flush();
        return code;
    }

    /** No command at all. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "a command is missing; tandem --help lists them, tandem chat starts talking");
    }

    private int fail(Throwable problem) {
        if (problem instanceof CancelledException) {
            io.err().println(INTERRUPTED);
            return INTERRUPTED_CODE;
        }
        if (problem instanceof IllegalArgumentException
                || problem instanceof WeightException
                || problem instanceof IOException
                || problem instanceof UncheckedIOException) {
            return fail(BAD_INPUT, String.valueOf(problem.getMessage()), problem);
        }
        return fail(1, "this should not have happened: " + problem + " (--debug shows where)", problem);
    }

    private int fail(int code, String message, Throwable problem) {
        io.err().println("tandem: " + SafeText.line(message));
        if (debug) {
            problem.printStackTrace(io.err());
        }
        return code;
    }

    private static String sentence(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().get(0);
            boolean root = e.getCommandLine().getParent() == null;
            String what = word.startsWith("-") ? "option" : root ? "command" : "argument";
            List<String> near = unmatched.getSuggestions();
            String help = "tandem" + (root ? "" : " " + e.getCommandLine().getCommandName()) + " --help";
            return "unknown " + what + " '" + word + "'"
                    + (near.isEmpty()
                            ? "; " + help + " lists what there is"
                            : "; did you mean " + near.get(0) + "? (" + help + ")");
        }
        return String.valueOf(e.getMessage());
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    /** Prints which version this is. */
    static final class Versions implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"tandem " + Version.tandem()};
        }
    }
}

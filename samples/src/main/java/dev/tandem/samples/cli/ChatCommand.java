package dev.tandem.samples.cli;

import dev.tandem.core.agent.Conversation;
import dev.tandem.core.agent.Models;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.vision.SentPhoto;
import dev.tandem.samples.output.OutputFiles;
import dev.tandem.samples.safety.CheckerOption;
import dev.tandem.samples.safety.PictureCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Talks: with a person at a terminal, with lines from a pipe, or with the messages of {@code --once}. */
@Command(
        name = "chat",
        mixinStandardHelpOptions = true,
        description = "Talk with the agent; it shares photos.",
        footer = {
            "",
            "With --json, one object is printed for each reply:",
            "  {\"text\", \"photos\": [{\"caption\", \"file\", \"width\", \"height\", \"seed\"}],",
            "   \"timing\": {\"first_token_ms\", \"text_ms\", \"photo_ms\"}}"
        })
final class ChatCommand implements Callable<Integer> {

    private final Io io;

    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL",
            description = "a model's name, or the path of a model folder (default: ${DEFAULT-VALUE})")
    private String model = Models.DEFAULT;

    @Option(
            names = "--image-model",
            paramLabel = "MODEL",
            description =
                    "draw with another diffusion model: a folder of Stable Diffusion in the layout of diffusers, or"
                            + " OWNER/NAME of a fetched one (default: the model's)")
    private @Nullable String imageModel;

    @Option(
            names = "--once",
            paramLabel = "TEXT",
            description = "say this, print the answer, end; repeated: the turns of one conversation")
    private List<String> once = new ArrayList<>();

    @Option(
            names = "--photo",
            paramLabel = "FILE",
            description = "send this photo with the first message of --once (PNG, JPEG, GIF or BMP)")
    private @Nullable Path photo;

    @Option(names = "--out", paramLabel = "DIR", description = "folder for photos (default: ${DEFAULT-VALUE})")
    private Path out = Path.of("tandem-photos");

    @Option(names = "--seed", paramLabel = "N", description = "makes answers and photos repeatable")
    private @Nullable Long seed;

    @Option(names = "--json", description = "print one JSON object for each reply")
    private boolean json;

    @Option(
            names = "--show",
            paramLabel = "WHEN",
            description = "draw photos in the terminal: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Show show = Show.AUTO;

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device = "cpu";

    @Option(names = "--describe-files", description = "write caption and seed into the photos' files")
    private boolean describeFiles;

    @Mixin
    private CheckerOption checker = new CheckerOption();

    ChatCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        OutputFiles.checkFolder(out);
        once.forEach(ChatCommand::checkEncoding);
        if (photo != null && once.isEmpty()) {
            throw new IllegalArgumentException("--photo needs a message to go with; add --once TEXT");
        }
        List<Photo> sent = photo == null ? List.of() : List.of(SentPhoto.read(photo));
        try (PictureCheck check = checker.load(Device.parse(device));
                PhotoSharingAgent agent = check.on(PhotoSharingAgent.builder())
                        .model(model)
                        .imageModel(imageModel == null ? null : ModelPlace.of(imageModel))
                        .device(Device.parse(device))
                        .seed(seed)
                        .describeFiles(describeFiles)
                        .build()) {
            ReplyPrinter printer = new ReplyPrinter(io, out, json, show);
            if (!once.isEmpty()) {
                once.forEach(agent::check);
                Conversation conversation = agent.conversation();
                printer.say(conversation, once.get(0), sent);
                once.stream().skip(1).forEach(message -> printer.say(conversation, message));
            } else if (io.inIsTerminal() && io.outIsTerminal() && !json) {
                new InteractiveChat(io, agent, printer, out).run();
            } else {
                answerLines(agent, printer);
            }
        }
        return 0;
    }

    private void answerLines(PhotoSharingAgent agent, ReplyPrinter printer) {
        MessageLines lines = new MessageLines(io.in());
        Conversation conversation = agent.conversation();
        boolean said = false;
        for (String line = lines.next(); line != null; line = lines.next()) {
            printer.say(conversation, line);
            said = true;
        }
        if (!said) {
            throw new IllegalArgumentException("the input holds no message; write one a line, or use --once TEXT");
        }
    }

    /** The Java virtual machine replaces what it cannot decode in an argument. */
    private static void checkEncoding(String message) {
        if (message.indexOf('\ufffd') >= 0) {
            throw new IllegalArgumentException("a message holds bytes that are no text in this terminal's encoding"
                    + " (for other letters than English ones set LC_ALL=C.UTF-8)");
        }
    }
}

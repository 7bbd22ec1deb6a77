package dev.tandem.samples.cli;

import dev.tandem.core.agent.Conversation;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.agent.Version;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.CancelledException;
import dev.tandem.core.vision.SentPhoto;
import dev.tandem.samples.output.OutputFiles;
import dev.tandem.samples.terminal.SafeText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A chat with a person who types: line editing, a first screen, and five commands that begin with a slash. */
final class InteractiveChat {

    private static final String PROMPT = "you> ";
    private static final String PHOTO = "/photo";

    /** Of a terminal that does not know its size. */
    private static final int COLUMNS = 80;

    private static final int ROWS = 24;

    private final Io io;
    private final PhotoSharingAgent agent;
    private final ReplyPrinter printer;
    private final Path folder;
    private Conversation conversation;
    private Transcript transcript = new Transcript();
    private List<Photo> sent = List.of();

    InteractiveChat(Io io, PhotoSharingAgent agent, ReplyPrinter printer, Path folder) {
        this.io = io;
        this.agent = agent;
        this.printer = printer;
        this.folder = folder;
        this.conversation = agent.conversation();
    }

    /** Talks until /quit or the end of the input. */
    void run() {
        try (Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .encoding(StandardCharsets.UTF_8)
                .build()) {
            // between two readings Ctrl-C ends the program through its shutdown hooks; JLine's default would kill it
            // before them
            terminal.handle(Terminal.Signal.INT, signal -> System.exit(Main.INTERRUPTED_CODE));
            if (terminal.getWidth() <= 0 || terminal.getHeight() <= 0) {
                terminal.setSize(new Size(COLUMNS, ROWS));
            }
            LineReader reader = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .completer(new StringsCompleter("/help", "/photo", "/save", "/new", "/quit"))
                    // no history expansion: an exclamation mark is just one
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                    .build();
            greet();
            while (answer(reader.readLine(PROMPT).strip())) {
                io.out().println();
            }
        } catch (EndOfFileException e) {
            // Ctrl-D
        } catch (UserInterruptException e) {
            throw new CancelledException();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use the terminal: " + e.getMessage(), e);
        }
    }

    private void takePhoto(String file) {
        try {
            if (file.isEmpty()) {
                throw new IllegalArgumentException("say which: /photo FILE");
            }
            if (!agent.seesPhotos()) {
                throw new IllegalArgumentException("this model does not see photos; say in words what yours shows");
            }
            sent = List.of(SentPhoto.read(Path.of(file)));
            io.out().println("It goes with your next message.");
        } catch (IllegalArgumentException | UncheckedIOException e) { // a path may be impossible too
            io.out().println(SafeText.line(String.valueOf(e.getMessage())));
        }
    }

    private void greet() {
        io.out()
                .println("Tandem " + Version.tandem() + ", model "
                        + SafeText.line(agent.config().name()) + ".");
        io.out().println("Write something; when a photo says it better, you get one. For example:");
        io.out().println("  Hi, what are you up to?");
        io.out().println("  Could I see two penguins on the moon?");
        io.out().println("Photos go to " + folder + ". /help tells what else there is.");
        io.out()
                .println("Captions pass a list of words; "
                        + (agent.checksPictures()
                                ? "a safety checker looks at the pictures."
                                : "nobody checks the pictures."));
        io.out().println();
    }

    /** Whether to go on. */
    private boolean answer(String line) {
        if (line.isEmpty()) {
            return true;
        }
        if (!line.startsWith("/")) {
            try {
                agent.check(line);
            } catch (IllegalArgumentException e) {
                io.out().println(SafeText.line(String.valueOf(e.getMessage())));
                return true;
            }
            List<Photo> with = sent;
            sent = List.of();
            transcript.add(line, printer.say(conversation, line, with));
            return true;
        }
        if (line.toLowerCase(Locale.ROOT).startsWith(PHOTO)) {
            takePhoto(line.substring(PHOTO.length()).strip());
            return true;
        }
        switch (line.toLowerCase(Locale.ROOT)) {
            case "/help" -> {
                io.out().println("/photo FILE   sends a photo with your next message");
                io.out().println("/save         writes this conversation to " + folder + " as a page with its photos");
                io.out().println("/new          starts anew");
                io.out().println("/quit         ends, and so does Ctrl-D");
                io.out().println("Up and down bring back what you wrote, Ctrl-R searches it, Tab completes commands.");
            }
            case "/new" -> {
                conversation = agent.conversation();
                transcript = new Transcript();
                sent = List.of();
                io.out().println("A new conversation.");
            }
            case "/save" -> {
                Path file = OutputFiles.writeNew(folder, "conversation", ".md", transcript.markdown(folder));
                io.out().println("Saved to " + file);
            }
            case "/quit", "/exit" -> {
                return false;
            }
            default -> io.out().println("There is no " + SafeText.line(line) + "; /help lists what there is.");
        }
        return true;
    }
}

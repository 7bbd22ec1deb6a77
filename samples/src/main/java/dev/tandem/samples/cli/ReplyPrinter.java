package dev.tandem.samples.cli;

import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.Conversation;
import dev.tandem.core.caption.Caption;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.samples.output.OutputFiles;
import dev.tandem.samples.terminal.ColorDepth;
import dev.tandem.samples.terminal.SafeText;
import dev.tandem.samples.terminal.TerminalGraphics;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Says a message, prints the answer as it comes, saves its photos and draws them. */
final class ReplyPrinter {

    private final Io io;
    private final Path folder;
    private final boolean json;
    private final TerminalGraphics graphics;
    private final ColorDepth depth;

    /**
     * A printer.
     *
     * @param folder for photos
     * @param json prints one object for each reply and nothing else
     */
    ReplyPrinter(Io io, Path folder, boolean json, Show show) {
        this.io = io;
        this.folder = folder;
        this.json = json;
        this.graphics = (json ? Show.NEVER : show).graphics(io);
        ColorDepth shown = ColorDepth.of(io.environment());
        this.depth = shown == ColorDepth.NONE ? ColorDepth.INDEXED : shown;
    }

    /** Gets and prints one answer. */
    Printed say(Conversation conversation, String message) {
        return say(conversation, message, List.of());
    }

    /** Gets and prints one answer to a message that comes with photos. */
    Printed say(Conversation conversation, String message, List<Photo> sent) {
        return io.interruption().during(() -> {
            Progress progress = new Progress();
            Reply reply;
            try {
                reply = conversation.say(
                        message, sent, progress, io.interruption().cancellation());
            } finally {
                progress.end();
            }
            List<Path> files = new ArrayList<>();
            for (Photo photo : reply.photos()) {
                files.add(OutputFiles.writeNew(folder, photo.caption(), ".png", photo.png()));
            }
            if (json) {
                io.out().println(ReplyJson.of(reply, files));
            } else {
                printEnd(reply, files);
            }
            return new Printed(reply, files);
        });
    }

    private void printEnd(Reply reply, List<Path> files) {
        PrintStream out = io.out();
        if (reply.parts().isEmpty() && reply.judgements().isEmpty()) {
            out.println("(no answer)");
        }
        for (Reply.Judgement judged : reply.judgements()) {
            out.println("(a photo is "
                    + switch (judged.verdict().action()) {
                        case BLOCK -> "not shown";
                        case BLUR -> "blurred";
                        case FLAG, ALLOW -> "doubtful";
                    }
                    + ": " + SafeText.line(judged.verdict().reason()) + ")");
        }
        for (int i = 0; i < files.size(); i++) {
            Photo photo = reply.photos().get(i);
            out.print(drawn(photo));
            out.println("[photo: " + SafeText.line(photo.caption()) + "] "
                    + SafeText.line(files.get(i).toString()));
        }
    }

    private String drawn(Photo photo) {
        try {
            return graphics.draw(photo.png(), io.columns(), depth);
        } catch (IOException e) {
            throw new UncheckedIOException("the photo of '" + photo.caption() + "' cannot be decoded", e);
        }
    }

    /**
     * An answer that was printed.
     *
     * @param files of its photos, in order
     */
    record Printed(Reply reply, List<Path> files) {}

    /** Prints words at once, and on a terminal a line that tells how far a photo is. */
    private final class Progress implements AgentListener {

        private boolean midLine;
        private boolean shown;

        @Override
        public void onText(String piece) {
            if (json) {
                return;
            }
            clear();
            String safe = SafeText.of(piece);
            // a model often begins with a blank
            String text = midLine ? safe : safe.stripLeading();
            if (!text.isEmpty()) {
                midLine = !text.endsWith("\n");
                io.out().print(text);
                io.out().flush();
            }
        }

        @Override
        public void onCaptionStart() {
            show("(thinks of a photo)");
        }

        @Override
        public void onDrawing(Caption caption, int step, int steps) {
            show("(draws a photo: " + 100 * step / steps + " %)");
        }

        private void show(String line) {
            if (io.outIsTerminal() && !json) {
                endLine();
                io.out().print("\r\u001b[0K" + line);
                io.out().flush();
                shown = true;
            }
        }

        private void clear() {
            if (shown) {
                io.out().print("\r\u001b[0K");
                io.out().flush();
                shown = false;
            }
        }

        private void endLine() {
            if (midLine) {
                io.out().println();
                midLine = false;
            }
        }

        /** Leaves the cursor at the begin of an empty line. */
        void end() {
            clear();
            if (!json) {
                endLine();
            }
        }
    }
}

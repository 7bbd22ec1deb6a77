package dev.tandem.samples.cli;

import dev.tandem.core.dialogue.Reply;
import dev.tandem.samples.terminal.SafeText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What was said and where the photos lie, for {@code /save}; of a very long conversation the last part. */
final class Transcript {

    private static final int MAX_EXCHANGES = 1_000;

    private final Deque<Exchange> exchanges = new ArrayDeque<>();

    /** Words and places only: the photos themselves are in their files. */
    private record Exchange(String message, String answer, List<String> captions, List<Path> files) {}

    void add(String message, ReplyPrinter.Printed printed) {
        Reply reply = printed.reply();
        List<String> captions = reply.photos().stream().map(p -> p.caption()).toList();
        exchanges.add(new Exchange(message, reply.text(), captions, printed.files()));
        if (exchanges.size() > MAX_EXCHANGES) {
            exchanges.remove();
        }
    }

    /**
     * The conversation as Markdown.
     *
     * @param folder where it will lie, beside its photos
     */
    byte[] markdown(Path folder) {
        StringBuilder page = new StringBuilder("# Conversation\n");
        for (Exchange each : exchanges) {
            page.append("\n**You:** ")
                    .append(escape(each.message()))
                    .append("\n\n**Agent:** ")
                    .append(escape(each.answer()))
                    .append('\n');
            for (int i = 0; i < each.files().size(); i++) {
                page.append("\n![").append(escape(each.captions().get(i))).append("](");
                page.append(folder.relativize(each.files().get(i)).toString().replace('\\', '/'))
                        .append(")\n");
            }
        }
        return page.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String escape(String text) {
        return SafeText.line(text).replaceAll("([\\\\`*_\\[\\]<>#|])", "\\\\$1");
    }
}

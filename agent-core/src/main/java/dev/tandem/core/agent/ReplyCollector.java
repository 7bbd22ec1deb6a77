package dev.tandem.core.agent;

import dev.tandem.core.caption.Caption;
import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Keeps what the language model says, in order, until the photos are drawn; passes everything on at once. */
final class ReplyCollector implements CaptionListener {

    private sealed interface Said permits Text, Described {}

    private record Text(StringBuilder letters) implements Said {}

    private record Described(Caption caption) implements Said {}

    private final CaptionListener listener;
    private final long began;
    private final List<Said> said = new ArrayList<>();
    private long firstHeard = -1;

    /**
     * A collector for one reply.
     *
     * @param began when the message came in, in {@link System#nanoTime()}
     */
    ReplyCollector(CaptionListener listener, long began) {
        this.listener = listener;
        this.began = began;
    }

    @Override
    public void onText(String piece) {
        heard();
        if (said.isEmpty() || !(said.get(said.size() - 1) instanceof Text)) {
            said.add(new Text(new StringBuilder()));
        }
        if (said.get(said.size() - 1) instanceof Text text) {
            text.letters().append(piece);
        }
        listener.onText(piece);
    }

    @Override
    public void onCaptionStart() {
        heard();
        listener.onCaptionStart();
    }

    @Override
    public void onCaption(Caption caption) {
        said.add(new Described(caption));
        listener.onCaption(caption);
    }

    private void heard() {
        if (firstHeard < 0) {
            firstHeard = System.nanoTime();
        }
    }

    /** From the message to the first thing heard; to now if nothing was. */
    Duration firstToken() {
        return Duration.ofNanos((firstHeard < 0 ? System.nanoTime() : firstHeard) - began);
    }

    /** Words and photos in order; words are stripped, and left out where nothing remains, as photos are that are not drawn. */
    List<Part> parts(Function<Caption, Optional<Photo>> draw) {
        List<Part> parts = new ArrayList<>();
        for (Said each : said) {
            if (each instanceof Described described) {
                draw.apply(described.caption()).ifPresent(parts::add);
            } else if (each instanceof Text text && !text.letters().toString().isBlank()) {
                parts.add(new Words(text.letters().toString().strip()));
            }
        }
        return parts;
    }
}

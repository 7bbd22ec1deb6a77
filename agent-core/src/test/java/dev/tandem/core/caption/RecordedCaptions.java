package dev.tandem.core.caption;

import java.util.ArrayList;
import java.util.List;

/** Keeps what a listener hears, for tests: words joined, captions in order. */
final class RecordedCaptions implements CaptionListener {

    final StringBuilder text = new StringBuilder();
    final List<Caption> captions = new ArrayList<>();
    int starts;

    @Override
    public void onText(String piece) {
        text.append(piece);
    }

    @Override
    public void onCaptionStart() {
        starts++;
    }

    @Override
    public void onCaption(Caption caption) {
        captions.add(caption);
    }

    List<String> captionTexts() {
        return captions.stream().map(Caption::text).toList();
    }
}

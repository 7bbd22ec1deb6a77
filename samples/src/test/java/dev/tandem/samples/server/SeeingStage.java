package dev.tandem.samples.server;

import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.stage.LanguageUsage;

/** A language model that sees photos: it says how many turns and photos it was shown, before what another says. */
record SeeingStage(LanguageStage inner) implements LanguageStage {

    @Override
    public LanguageUsage reply(
            Dialogue dialogue, LanguageOptions options, Cancellation cancellation, CaptionListener listener) {
        long photos =
                dialogue.turns().stream().mapToLong(t -> t.photos().size()).sum();
        listener.onText("[" + dialogue.size() + " turns, " + photos + " photos] ");
        return inner.reply(dialogue, options, cancellation, listener);
    }

    @Override
    public boolean seesPhotos() {
        return true;
    }

    @Override
    public int countTokens(Dialogue dialogue) {
        return inner.countTokens(dialogue);
    }

    @Override
    public int contextLength() {
        return inner.contextLength();
    }

    @Override
    public CaptionDecoder captionDecoder() {
        return inner.captionDecoder();
    }

    @Override
    public void close() {
        inner.close();
    }
}

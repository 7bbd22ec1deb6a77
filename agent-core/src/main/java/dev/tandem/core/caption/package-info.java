/**
 * Captions inside a turn, {@code [IMG] caption [/IMG]}: in come the tokens that a model emits, out go words and whole captions. What a
 * person types never opens a caption: markers count only as token ids that the model emitted.
 *
 * <p>Open {@link dev.tandem.core.caption.CaptionParser} first.
 */
@NullMarked
package dev.tandem.core.caption;

import org.jspecify.annotations.NullMarked;

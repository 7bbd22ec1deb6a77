/**
 * Captions to conditioning: CLIP's tokenizer and text encoder. A caption comes in as words or as token vectors, the encoder's hidden
 * states go out. Open {@link dev.tandem.diffusion.text.ClipTextModel} first.
 */
@NullMarked
package dev.tandem.diffusion.text;

import org.jspecify.annotations.NullMarked;

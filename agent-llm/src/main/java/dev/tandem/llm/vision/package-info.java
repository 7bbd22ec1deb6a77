/**
 * Pictures to words: captioners that look at a picture and write. Pixels go in, tokens come out. Open
 * {@link dev.tandem.llm.vision.BlipCaptioner} first.
 */
@NullMarked
package dev.tandem.llm.vision;

import org.jspecify.annotations.NullMarked;

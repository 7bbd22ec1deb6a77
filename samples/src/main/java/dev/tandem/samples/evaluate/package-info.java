/**
 * {@code tandem evaluate}: how good an agent is on held-out dialogues. A {@link dev.tandem.samples.evaluate.Judge}, trained on
 * composed scenes only, looks at the drawn pictures; captions are read back into facts.
 */
@NullMarked
package dev.tandem.samples.evaluate;

import org.jspecify.annotations.NullMarked;

/**
 * Measures of the field for agents that share photos, apart from any model: of texts against reference texts, of pictures against true
 * pictures and captions. Results of picture measures depend on whose features they are computed from, so each carries that name.
 */
@NullMarked
package dev.tandem.samples.evaluate.metric;

import org.jspecify.annotations.NullMarked;

/** Comparisons of training runs as in a paper: many runs from one definition, and the tables and figures that come of them. */
@NullMarked
package dev.tandem.samples.experiment;

import org.jspecify.annotations.NullMarked;

/**
 * The layers that every architecture is made of, each a record of its weights with one {@code apply}. They are read by
 * {@code load} methods that take the checkpoint key; names and semantics are those of torch.nn.
 */
@NullMarked
package dev.tandem.core.layer;

import org.jspecify.annotations.NullMarked;

/**
 * Published models on this machine: fetched from a hub that speaks Hugging Face's protocol, and kept in folders. A name goes in, a folder
 * comes out. Open {@link dev.tandem.core.hub.ModelStore} first.
 */
@NullMarked
package dev.tandem.core.hub;

import org.jspecify.annotations.NullMarked;

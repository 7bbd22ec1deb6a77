/**
 * Tokenizers in the Hugging Face layout, computed by Hugging Face's own library: text in, ids and their places in the text out, and
 * back. Both stages that read text stand on this. Open {@link dev.tandem.core.token.TextTokenizer} first.
 */
@NullMarked
package dev.tandem.core.token;

import org.jspecify.annotations.NullMarked;

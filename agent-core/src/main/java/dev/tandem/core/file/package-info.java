/** What several packages do with files. */
@NullMarked
package dev.tandem.core.file;

import org.jspecify.annotations.NullMarked;

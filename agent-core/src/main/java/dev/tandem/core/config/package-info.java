/**
 * Configuration files: in comes JSON that a person wrote, out goes a validated record, or one sentence that says what is wrong in which line.
 */
@NullMarked
package dev.tandem.core.config;

import org.jspecify.annotations.NullMarked;

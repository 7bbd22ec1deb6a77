/** A photo-sharing chat as a Spring Boot application, to copy: start with {@link dev.tandem.samples.spring.PhotoChatApplication}. */
@NullMarked
package dev.tandem.samples.spring;

import org.jspecify.annotations.NullMarked;

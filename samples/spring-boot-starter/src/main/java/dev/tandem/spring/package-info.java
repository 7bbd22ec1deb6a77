/**
 * The agent in a Spring Boot application: {@link dev.tandem.spring.TandemAutoConfiguration} makes it and LangChain4j's models over it from
 * {@link dev.tandem.spring.TandemProperties}; conversations in a database, health and metrics come where the application has what they need.
 */
@NullMarked
package dev.tandem.spring;

import org.jspecify.annotations.NullMarked;

/**
 * Small programs to copy, for products on LangChain4j: {@link dev.tandem.samples.langchain4j.RememberingAssistant} is an AI service with a memory in which
 * photos survive, {@link dev.tandem.samples.langchain4j.GuardedAssistant} one with guardrails, and {@link dev.tandem.samples.langchain4j.HostedWriter} lets a
 * hosted language model write and draws here.
 */
@NullMarked
package dev.tandem.samples.langchain4j;

import org.jspecify.annotations.NullMarked;

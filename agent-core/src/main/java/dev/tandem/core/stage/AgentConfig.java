package dev.tandem.core.stage;

import dev.tandem.core.config.ConfigReader;
import dev.tandem.core.weights.WeightException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a model folder's {@code agent.json} says: how the two models in it are to be used together.
 *
 * @param name of the agent, for people
 * @param markers the tokens around a caption
 * @param prompt how a dialogue is written for the language model
 * @param bridge how captions reach the diffusion model
 * @param language how to generate unless a request says otherwise; its seed is not used
 * @param image how to draw unless a request says otherwise; its seed is not used
 * @param provenance where the weights came from: free keys such as {@code trained}, {@code data}, {@code licence}, {@code commit}
 */
public record AgentConfig(
        String name,
        Markers markers,
        PromptTemplate prompt,
        Bridge bridge,
        LanguageOptions language,
        ImageOptions image,
        Map<String, String> provenance) {

    public AgentConfig {
        provenance = Map.copyOf(provenance);
    }

    /** Name of the file in a model folder. */
    public static final String FILE = "agent.json";

    /** The same with other ways to generate. */
    public AgentConfig withLanguage(LanguageOptions language) {
        return new AgentConfig(name, markers, prompt, bridge, language, image, provenance);
    }

    /** The same with other ways to draw. */
    public AgentConfig withImage(ImageOptions image) {
        return new AgentConfig(name, markers, prompt, bridge, language, image, provenance);
    }

    /**
     * Reads a model folder's {@code agent.json}. Names in it have underscores ({@code max_new_tokens}); {@code language} and
     * {@code image} may leave out what the builders of their options set.
     *
     * @throws WeightException if the folder has no such file, or what it says is wrong; the message names file, field and line
     */
    public static AgentConfig read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new WeightException(folder + " is no model folder: it has no " + FILE
                    + ", which says how its language model and its diffusion model are used together");
        }
        try {
            return ConfigReader.read(file, AgentConfig.class);
        } catch (IllegalArgumentException e) {
            throw new WeightException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * The tokens around a caption, each one token of the language model's vocabulary.
     *
     * @param begin such as {@code [IMG]}
     * @param end such as {@code [/IMG]}
     */
    public record Markers(String begin, String end) {

        /** The paper's: {@code [IMG]} and {@code [/IMG]}. */
        public static final Markers DEFAULT = new Markers("[IMG]", "[/IMG]");

        public Markers {
            if (begin.isBlank() || end.isBlank() || begin.equals(end)) {
                throw new IllegalArgumentException(
                        "markers are two different tokens, got '" + begin + "' and '" + end + "'");
            }
        }
    }

    /**
     * How a dialogue is written: {@code begin}, then for each turn its speaker's start, the turn, its speaker's end; at last
     * {@code agentStart}. These strings may name special tokens; what was said may not.
     *
     * <p>A shared photo is written {@code [IMG] caption [/IMG]}, with the markers of this folder.
     *
     * @param begin before everything, with the system message where there is one, such as {@code <|begin_of_text|>}
     * @param userStart before what the user says
     * @param userEnd after it
     * @param agentStart before what the agent says
     * @param agentEnd after it; the first token of it (or an end token of the configuration) ends generation
     */
    public record PromptTemplate(String begin, String userStart, String userEnd, String agentStart, String agentEnd) {

        public PromptTemplate {
            if (agentEnd.isEmpty()) {
                throw new IllegalArgumentException(
                        "the prompt template needs agent_end, the token that ends the agent's turn");
            }
        }
    }

    /**
     * How captions reach the diffusion model.
     *
     * @param matrix the kind of transformation matrix it was trained with: {@code sentence}, {@code word}, {@code lexical} or
     *     {@code none}; at inference all feed the plain caption
     */
    public record Bridge(String matrix) {}
}

package dev.tandem.samples.world;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the speakers can say, from {@code phrases.txt}; its head explains the form. In rules of {@value #RICH} lines or more, a tenth of
 * the lines is kept for {@link Split#HELD_OUT}: training dialogues never use it, held-out dialogues use all lines alike.
 */
final class Phrasebook {

    /** What the user says and what the agent answers. */
    record Exchange(String user, String agent) {}

    private static final int RICH = 10;
    private static final Pattern CHOICE = Pattern.compile("\\(([^()]*)\\)");
    private static final Pattern SLOT = Pattern.compile("\\{(\\w+)}");
    private static final Map<String, List<String>> RULES = read();
    private static final Map<String, List<String>> TRAIN_RULES = trainRules();

    private Phrasebook() {}

    /** One phrasing of a rule, with its slots filled. */
    static String say(String rule, Split split, Map<String, String> slots, RandomGenerator random) {
        return fill(choose(SceneSampler.pick(lines(rule, split), random), random), rule, slots);
    }

    /** One pair of lines of a rule. */
    static Exchange exchange(String rule, Split split, Map<String, String> slots, RandomGenerator random) {
        String[] pair = say(rule, split, slots, random).split(" => ", 2);
        return new Exchange(pair[0], pair[1]);
    }

    /** The lines that a split may use. */
    static List<String> lines(String rule, Split split) {
        List<String> lines = (split == Split.TRAIN ? TRAIN_RULES : RULES).get(rule);
        if (lines == null) {
            throw new IllegalArgumentException("phrases.txt has no rule :" + rule);
        }
        return lines;
    }

    private static Map<String, List<String>> trainRules() {
        Map<String, List<String>> rules = new HashMap<>();
        RULES.forEach((rule, lines) -> rules.put(
                rule,
                lines.size() < RICH
                        ? lines
                        : lines.stream().filter(line -> !heldOut(line)).toList()));
        return rules;
    }

    /** The names of all rules. */
    static List<String> rules() {
        return List.copyOf(RULES.keySet());
    }

    private static boolean heldOut(String line) {
        return Math.floorMod(line.hashCode() * 0x9E3779B1 >>> 8, 10) == 0;
    }

    private static String choose(String line, RandomGenerator random) {
        String result = line;
        for (Matcher choice = CHOICE.matcher(result); choice.find(); choice = CHOICE.matcher(result)) {
            String[] options = choice.group(1).split("\\|", -1);
            result = result.substring(0, choice.start())
                    + options[random.nextInt(options.length)]
                    + result.substring(choice.end());
        }
        return result.replaceAll(" {2,}", " ").strip();
    }

    private static String fill(String line, String rule, Map<String, String> slots) {
        return SLOT.matcher(line).replaceAll(match -> {
            String value = slots.get(match.group(1));
            if (value == null) {
                throw new IllegalArgumentException("rule :" + rule + " wants {" + match.group(1) + "}, only "
                        + slots.keySet() + " are known here");
            }
            return Matcher.quoteReplacement(value);
        });
    }

    private static Map<String, List<String>> read() {
        Map<String, List<String>> rules = new LinkedHashMap<>();
        try (InputStream stream = Phrasebook.class.getResourceAsStream("phrases.txt")) {
            if (stream == null) {
                throw new IllegalStateException("phrases.txt is not on the class path; rebuild the samples module");
            }
            List<String> lines = List.of();
            for (String line : new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                    .lines()
                    .toList()) {
                if (line.startsWith(":")) {
                    lines = new ArrayList<>();
                    rules.put(line.substring(1), lines);
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("phrases.txt cannot be read", e);
        }
        return rules;
    }
}

package dev.tandem.core.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a LoRA adapter (Hu et al. 2022), as in PEFT's {@code adapter_config.json}.
 *
 * @param rank r
 * @param alpha α; what is learned is multiplied with α / r
 * @param rankStabilised with α / √r instead (Kalajdzievski 2023)
 * @param rankPattern other ranks, by the ending of a layer's name; the first that fits counts
 * @param alphaPattern other α, likewise
 * @param bias which biases are trained
 * @param decomposed whether the layers' directions and lengths are learned apart (DoRA, Liu et al. 2024)
 * @param targetModules endings of the names of the layers that are adapted
 * @param modulesToSave endings of the names of the modules that are trained whole
 * @param baseModel name or path of the model that it was trained on; may be empty
 */
public record LoraConfig(
        int rank,
        double alpha,
        boolean rankStabilised,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern,
        Bias bias,
        boolean decomposed,
        List<String> targetModules,
        List<String> modulesToSave,
        String baseModel) {

    private static final int MAX_PATTERN = 500;

    private static final List<String> REFUSED =
            List.of("fan_in_fan_out", "lora_bias", "layer_replication", "use_qalora", "use_bdlora");

    /** Which biases an adapter trains, beside what it adds. */
    public enum Bias {
        NONE("none"),
        /** Of the whole model. */
        ALL("all"),
        /** Of the layers that are adapted. */
        ADAPTED("lora_only");

        private final String configName;

        Bias(String configName) {
            this.configName = configName;
        }
    }

    public LoraConfig {
        rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
        alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
        targetModules = List.copyOf(targetModules);
        modulesToSave = List.copyOf(modulesToSave);
        if (rank < 1) {
            throw new IllegalArgumentException("r must be at least 1, got " + rank);
        }
        rankPattern.forEach((pattern, each) -> {
            if (each < 1) {
                throw new IllegalArgumentException("rank_pattern has a rank of " + each + " for '" + pattern + "'");
            }
            requirePattern(pattern);
        });
        alphaPattern.keySet().forEach(LoraConfig::requirePattern);
        if (!Double.isFinite(alpha) || !alphaPattern.values().stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("lora_alpha and alpha_pattern must be finite numbers");
        }
    }

    private static void requirePattern(String pattern) {
        try {
            if (pattern.length() <= MAX_PATTERN) {
                Pattern.compile(pattern);
                return;
            }
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "'" + pattern + "' is no regular expression (" + e.getDescription() + ")", e);
        }
        throw new IllegalArgumentException(
                "a pattern has " + pattern.length() + " characters, more than " + MAX_PATTERN);
    }

    /** The usual settings: the same rank everywhere, α twice the rank. */
    public static LoraConfig of(int rank, List<String> targetModules) {
        return new LoraConfig(
                rank, 2.0 * rank, false, Map.of(), Map.of(), Bias.NONE, false, targetModules, List.of(), "");
    }

    /** Rank of a layer's adapter. */
    public int rank(String layer) {
        return rankPattern.entrySet().stream()
                .filter(e -> matches(layer, e.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(rank);
    }

    /** What a layer's adapter is multiplied with. */
    public double scale(String layer) {
        double a = alphaPattern.entrySet().stream()
                .filter(e -> matches(layer, e.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(alpha);
        return rankStabilised ? a / Math.sqrt(rank(layer)) : a / rank(layer);
    }

    /** Whether a layer is adapted. */
    public boolean adapts(String layer) {
        return targetModules.stream().anyMatch(target -> endsWith(layer, target));
    }

    /** Whether a layer is trained whole, by itself or as part of a module; as in PEFT any ending of a name will do. */
    public boolean saves(String layer) {
        for (int end = layer.length(); end > 0; end = layer.lastIndexOf('.', end - 1)) {
            if (modulesToSave.stream().anyMatch(layer.substring(0, end)::endsWith)) {
                return true;
            }
        }
        return false;
    }

    private static boolean endsWith(String layer, String module) {
        return layer.equals(module) || layer.endsWith("." + module);
    }

    /** PEFT's rule: a pattern is a regular expression for the last part of a name. */
    private static boolean matches(String layer, String pattern) {
        return Pattern.compile("(.*\\.)?(" + pattern + ")")
                .matcher(new CountedText(layer, pattern))
                .matches();
    }

    /** Some expressions take for ever; they look at their text again and again. */
    private static final class CountedText implements CharSequence {

        private static final int MOST_LOOKS = 1_000_000;

        private final String text;
        private final String pattern;
        private int looks;

        CountedText(String text, String pattern) {
            this.text = text;
            this.pattern = pattern;
        }

        @Override
        public char charAt(int index) {
            if (++looks > MOST_LOOKS) {
                throw new WeightException("the pattern '" + pattern
                        + "' of a LoRA adapter takes too long; write it without repetitions in repetitions");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * Reads a folder's {@code adapter_config.json}.
     *
     * @throws WeightException if it is missing, damaged, or asks for what is not supported
     */
    static LoraConfig read(Path file) {
        JsonNode json = JsonFile.read(file);
        String type = json.path("peft_type").asText("LORA");
        if (!type.equals("LORA")) {
            throw new WeightException(file + ": peft_type is '" + type + "'; only LORA is supported");
        }
        for (String name : REFUSED) {
            JsonNode value = json.path(name);
            if (!value.isMissingNode() && !value.isNull() && !(value.isBoolean() && !value.booleanValue())) {
                throw new WeightException(file + ": " + name + " is " + value + ", which is not supported");
            }
        }
        String biasName = json.path("bias").asText("none");
        Bias bias = Arrays.stream(Bias.values())
                .filter(each -> each.configName.equals(biasName))
                .findFirst()
                .orElseThrow(
                        () -> new WeightException(file + ": bias is '" + biasName + "'; use none, all or lora_only"));
        try {
            Map<String, Integer> ranks = new LinkedHashMap<>();
            json.path("rank_pattern")
                    .properties()
                    .forEach(e -> ranks.put(e.getKey(), whole(e.getValue(), "rank_pattern")));
            Map<String, Double> alphas = new LinkedHashMap<>();
            json.path("alpha_pattern")
                    .properties()
                    .forEach(e -> alphas.put(e.getKey(), number(e.getValue(), "alpha_pattern")));
            return new LoraConfig(
                    json.hasNonNull("r") ? whole(json.path("r"), "r") : 8,
                    json.hasNonNull("lora_alpha") ? number(json.path("lora_alpha"), "lora_alpha") : 8,
                    json.path("use_rslora").asBoolean(false),
                    ranks,
                    alphas,
                    bias,
                    json.path("use_dora").asBoolean(false),
                    texts(json.path("target_modules")),
                    texts(json.path("modules_to_save")),
                    json.path("base_model_name_or_path").asText(""));
        } catch (IllegalArgumentException e) {
            throw new WeightException(file + ": " + e.getMessage(), e);
        }
    }

    private static int whole(JsonNode value, String field) {
        if (!value.isInt()) {
            throw new IllegalArgumentException(field + " holds " + value + ", which is no whole number");
        }
        return value.intValue();
    }

    private static double number(JsonNode value, String field) {
        if (!value.isNumber()) {
            throw new IllegalArgumentException(field + " holds " + value + ", which is no number");
        }
        return value.doubleValue();
    }

    private static List<String> texts(JsonNode json) {
        List<String> texts = new ArrayList<>();
        if (json.isTextual()) {
            texts.add(json.asText());
        }
        json.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    /**
     * As PEFT writes it.
     *
     * @param task PEFT's name of what the model is for; null for a model that PEFT has no name for
     */
    ObjectNode write(@Nullable String task) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("base_model_name_or_path", baseModel);
        json.put("bias", bias.configName);
        json.put("fan_in_fan_out", false);
        json.put("inference_mode", true);
        json.put("init_lora_weights", true);
        json.put("lora_alpha", alpha);
        json.put("lora_dropout", 0.0);
        ArrayNode saved = modulesToSave.isEmpty() ? null : json.putArray("modules_to_save");
        if (saved == null) {
            json.putNull("modules_to_save");
        } else {
            modulesToSave.forEach(saved::add);
        }
        json.put("peft_type", "LORA");
        json.put("r", rank);
        ObjectNode ranks = json.putObject("rank_pattern");
        rankPattern.forEach(ranks::put);
        ObjectNode alphas = json.putObject("alpha_pattern");
        alphaPattern.forEach(alphas::put);
        ArrayNode targets = json.putArray("target_modules");
        targetModules.forEach(targets::add);
        json.put("task_type", task);
        json.put("use_dora", decomposed);
        json.put("use_rslora", rankStabilised);
        return json;
    }
}

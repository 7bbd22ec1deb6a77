package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.llm.model.RopeScaling;

/**
 * What a {@code config.json} says about rotary positions.
 *
 * @param theta base of the frequencies
 * @param scaling how they are stretched
 * @param maxPositions context length in tokens
 */
record RopeFields(double theta, RopeScaling scaling, int maxPositions) {

    private static final String ORIGINAL = "original_max_position_embeddings";

    static RopeFields parse(JsonNode json) {
        int maxPositions = json.hasNonNull("max_position_embeddings")
                ? Fields.size(json, "max_position_embeddings")
                : json.path("model_type").asText().equals("qwen2") ? 32768 : 2048;
        JsonNode parameters = json.path("rope_parameters");
        JsonNode scaling = json.path("rope_scaling");
        JsonNode fields = parameters.isObject() ? parameters : scaling;
        if (!fields.isObject() && !fields.isNull() && !fields.isMissingNode()) {
            throw new IllegalArgumentException("rope_scaling must be an object or null, got " + Fields.shown(fields));
        }
        double theta = Fields.number(fields, "rope_theta", Fields.number(json, "rope_theta", 10000));
        return new RopeFields(
                theta, fields.isObject() ? scaling(json, fields, maxPositions) : new RopeScaling.None(), maxPositions);
    }

    private static RopeScaling scaling(JsonNode json, JsonNode f, int maxPositions) {
        if (Fields.number(f, "partial_rotary_factor", 1) != 1) {
            throw new IllegalArgumentException("partial_rotary_factor is not 1; only whole heads are rotated");
        }
        String type = f.path("rope_type").asText(f.path("type").asText("default"));
        return switch (type) {
            case "default" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(Fields.number(f, "factor"));
            case "dynamic" -> new RopeScaling.Dynamic(Fields.number(f, "factor"));
            case "llama3" ->
                new RopeScaling.Llama3(
                        Fields.number(f, "factor"),
                        Fields.number(f, "low_freq_factor"),
                        Fields.number(f, "high_freq_factor"),
                        Fields.size(f, ORIGINAL));
            case "yarn" -> yarn(f, maxPositions);
            case "longrope" -> longRope(json, f, maxPositions);
            default ->
                throw new IllegalArgumentException("rope_type '" + type
                        + "' is not supported; use default, linear, dynamic, llama3, yarn or longrope");
        };
    }

    /** As in Phi-3, the original length stands beside {@code max_position_embeddings}, not in {@code rope_scaling}. */
    private static RopeScaling longRope(JsonNode json, JsonNode f, int maxPositions) {
        boolean given = json.hasNonNull(ORIGINAL);
        int original = given ? Fields.size(json, ORIGINAL) : maxPositions;
        double factor = given ? (double) maxPositions / original : Fields.number(f, "factor", 1);
        double attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        return new RopeScaling.LongRope(
                Fields.numbers(f, "short_factor"),
                Fields.numbers(f, "long_factor"),
                original,
                Fields.number(f, "attention_factor", attention));
    }

    private static RopeScaling yarn(JsonNode f, int maxPositions) {
        double factor = Fields.number(f, "factor");
        int original = Fields.size(f, ORIGINAL, maxPositions);
        Double attention = f.hasNonNull("attention_factor") ? (Double) Fields.number(f, "attention_factor") : null;
        double mscale = Fields.number(f, "mscale", 0);
        double mscaleAll = Fields.number(f, "mscale_all_dim", 0);
        if (attention == null && mscale != 0 && mscaleAll != 0) {
            attention = temperature(factor, mscale) / temperature(factor, mscaleAll);
        }
        return new RopeScaling.Yarn(
                factor,
                orDefault(Fields.number(f, "beta_fast", 32), 32),
                orDefault(Fields.number(f, "beta_slow", 1), 1),
                original,
                attention,
                f.path("truncate").asBoolean(true));
    }

    private static double orDefault(double value, double otherwise) {
        return value == 0 ? otherwise : value;
    }

    private static double temperature(double factor, double mscale) {
        return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }

    /** The object for {@code rope_scaling}, or JSON's null. */
    static JsonNode write(RopeScaling scaling) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (scaling instanceof RopeScaling.Linear s) {
            return json.put("rope_type", "linear").put("factor", s.factor());
        }
        if (scaling instanceof RopeScaling.Dynamic s) {
            return json.put("rope_type", "dynamic").put("factor", s.factor());
        }
        if (scaling instanceof RopeScaling.Llama3 s) {
            return json.put("rope_type", "llama3")
                    .put("factor", s.factor())
                    .put("low_freq_factor", s.lowFreqFactor())
                    .put("high_freq_factor", s.highFreqFactor())
                    .put(ORIGINAL, s.originalMaxPositions());
        }
        if (scaling instanceof RopeScaling.Yarn s) {
            json.put("rope_type", "yarn")
                    .put("factor", s.factor())
                    .put("beta_fast", s.betaFast())
                    .put("beta_slow", s.betaSlow())
                    .put(ORIGINAL, s.originalMaxPositions())
                    .put("truncate", s.truncate());
            if (s.attentionFactor() != null) {
                json.put("attention_factor", s.attentionFactor());
            }
            return json;
        }
        if (scaling instanceof RopeScaling.LongRope s) {
            json.put("rope_type", "longrope").put("attention_factor", s.attentionFactor());
            s.shortFactors().forEach(json.putArray("short_factor")::add);
            s.longFactors().forEach(json.putArray("long_factor")::add);
            return json;
        }
        return JsonNodeFactory.instance.nullNode();
    }
}

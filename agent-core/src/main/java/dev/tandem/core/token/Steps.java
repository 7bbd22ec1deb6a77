package dev.tandem.core.token;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The steps of a tokenizer.json that several kinds of tokenizers share. */
final class Steps {

    private static final String TYPE = "type";

    private Steps() {}

    static ObjectNode step(String type) {
        return JsonNodeFactory.instance.objectNode().put(TYPE, type);
    }

    static ObjectNode byteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) {
        return step("ByteLevel")
                .put("add_prefix_space", addPrefixSpace)
                .put("trim_offsets", trimOffsets)
                .put("use_regex", useRegex);
    }

    /** Cuts a text at the matches of a pattern, which stay. */
    static ObjectNode split(String pattern) {
        ObjectNode split = step("Split").put("behavior", "Isolated").put("invert", false);
        split.putObject("pattern").put("Regex", pattern);
        return split;
    }

    static ObjectNode replace(String kind, String pattern, String content) {
        ObjectNode replace = step("Replace").put("content", content);
        replace.putObject("pattern").put(kind, pattern);
        return replace;
    }

    /** A SentencePiece word's blank, written as U+2581. */
    static ObjectNode metaspace(String prependScheme, boolean split) {
        return step("Metaspace")
                .put("replacement", SentencePiece.BLANK)
                .put("prepend_scheme", prependScheme)
                .put("split", split);
    }

    /**
     * Several steps as one.
     *
     * @param list the field's name: {@code normalizers}, {@code pretokenizers} or {@code decoders}
     */
    static ObjectNode sequence(String list, ObjectNode... steps) {
        ObjectNode sequence = step("Sequence");
        ArrayNode all = sequence.putArray(list);
        for (ObjectNode each : steps) {
            all.add(each);
        }
        return sequence;
    }

    /** A special token around or between the texts, or a text: {@code $A} or {@code $B}. */
    record Part(String name, int type) {
        boolean text() {
            return name.equals("$A") || name.equals("$B");
        }
    }

    /** Adds special tokens around one text and around a pair. */
    static ObjectNode template(List<Part> single, List<Part> pair, Map<String, Integer> ids) {
        ObjectNode template = step("TemplateProcessing");
        parts(template.putArray("single"), single);
        parts(template.putArray("pair"), pair);
        ObjectNode tokens = template.putObject("special_tokens");
        List<Part> all = new ArrayList<>(single);
        all.addAll(pair);
        Map<String, Integer> used = new TreeMap<>();
        all.stream()
                .filter(part -> !part.text())
                .forEach(part -> used.put(part.name(), ids.getOrDefault(part.name(), -1)));
        used.forEach((name, id) -> {
            ObjectNode token = tokens.putObject(name).put("id", name);
            token.putArray("ids").add(id);
            token.putArray("tokens").add(name);
        });
        return template;
    }

    private static void parts(ArrayNode into, List<Part> parts) {
        for (Part part : parts) {
            ObjectNode node = into.addObject().putObject(part.text() ? "Sequence" : "SpecialToken");
            node.put("id", part.text() ? part.name().substring(1) : part.name()).put("type_id", part.type());
        }
    }
}

package dev.tandem.samples.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Changes of JSON objects (RFC 7396): objects are merged, all else is replaced, null removes. */
final class Patches {

    private Patches() {}

    static void apply(ObjectNode target, ObjectNode patch) {
        patch.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isNull()) {
                target.remove(field.getKey());
            } else if (value instanceof ObjectNode change && target.get(field.getKey()) instanceof ObjectNode inner) {
                apply(inner, change);
            } else {
                target.set(field.getKey(), value.deepCopy());
            }
        });
    }
}

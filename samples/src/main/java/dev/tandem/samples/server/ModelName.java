package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The one model that is served.
 *
 * @param id by which requests ask for it
 * @param created when it was loaded
 */
record ModelName(String id, Instant created) {

    /** Refuses requests for another model; one that names none means this. */
    void require(@Nullable String asked) {
        if (asked != null && !asked.equals(id)) {
            throw ApiException.notFound(
                    "model",
                    "model_not_found",
                    "there is no model '" + Texts.cut(asked, 100) + "' here; this server has '" + id + "'");
        }
    }

    ObjectNode json() {
        return Json.object()
                .put("id", id)
                .put("object", "model")
                .put("created", created.getEpochSecond())
                .put("owned_by", "tandem");
    }

    ObjectNode list() {
        ObjectNode list = Json.object().put("object", "list");
        list.putArray("data").add(json());
        return list;
    }
}

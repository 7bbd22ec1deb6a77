package dev.tandem.core.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * {@code model.safetensors.index.json}: which of several files holds which tensor.
 *
 * @param file the index itself
 * @param fileByKey key to the name of a file in the same folder
 */
record WeightIndex(Path file, Map<String, String> fileByKey) {

    /** Plain names only, so that an index from outside cannot point out of its folder. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}\\.safetensors");

    static WeightIndex read(Path file) {
        JsonNode map = JsonFile.read(file).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new WeightException(file + " is damaged: it has no weight_map; copy or download it again");
        }
        Map<String, String> fileByKey = new LinkedHashMap<>();
        map.properties().forEach(entry -> {
            String name = entry.getValue().asText();
            if (!NAME.matcher(name).matches()) {
                throw new WeightException(
                        file + " names '" + JsonFile.shortened(name) + "' for " + JsonFile.shortened(entry.getKey())
                                + ", which is not the plain name of a safetensors file in its folder");
            }
            fileByKey.put(entry.getKey(), name);
        });
        return new WeightIndex(file, fileByKey);
    }

    /** A file that the index names. */
    Path shard(String name) {
        return file.resolveSibling(name);
    }
}

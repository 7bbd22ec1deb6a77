package dev.tandem.core.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the JSON files of model folders. */
final class JsonFile {

    /** Twice the largest tokenizer.json in common use. */
    static final int MAX_BYTES = 64 << 20;

    private static final int MAX_SHOWN = 200;

    /** Python writes Infinity and NaN into configurations. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFile() {}

    /**
     * Reads a file that holds one JSON object.
     *
     * @throws WeightException if it is missing, too large, not UTF-8 or not an object
     */
    static JsonNode read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new WeightException(
                    Files.isDirectory(file) ? file + " is a folder, not a file" : "there is no file " + file);
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new WeightException(file + " is larger than " + (MAX_BYTES >> 20) + " MiB and is not read");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            JsonNode node = JSON.readTree(text);
            if (!node.isObject()) {
                throw new WeightException(file + " is damaged: it holds no JSON object; copy or download it again");
            }
            return node;
        } catch (CharacterCodingException e) {
            throw new WeightException(file + " is damaged: it is not UTF-8; copy or download it again", e);
        } catch (JsonProcessingException e) {
            throw new WeightException(
                    file + " is damaged: it is not valid JSON (" + e.getOriginalMessage()
                            + "); copy or download it again",
                    e);
        } catch (IOException e) {
            throw new WeightException("cannot read " + file + " (" + e + ")", e);
        }
    }

    /** Text from a file for a message: control characters, which could write on a terminal, are replaced, and long texts cut. */
    static String shortened(String text) {
        String safe = text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "\uFFFD");
        return safe.length() <= MAX_SHOWN ? safe : safe.substring(0, MAX_SHOWN) + "…";
    }
}

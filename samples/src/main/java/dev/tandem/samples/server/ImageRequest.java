package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.stage.ImageOptions;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client wants drawn.
 *
 * @param prompt the caption
 * @param count how many pictures, from the options' seed, the next one, and so on
 * @param options how they are drawn
 * @param stream whether each is sent when it is there
 * @param partials most previews of a picture, in a stream
 */
record ImageRequest(String prompt, int count, ImageOptions options, boolean stream, int partials) {

    private static final int MOST = 10;
    private static final int MOST_PARTIALS = 3;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

    static ImageRequest read(ObjectNode body, PhotoSharingAgent agent, ModelName model, Limits limits) {
        Fields fields = new Fields(body, "");
        model.require(fields.text("model"));
        String prompt = fields.text("prompt");
        if (prompt == null || prompt.isBlank()) {
            throw ApiException.invalid(
                    "prompt", "missing_required_parameter", "'prompt' says what to draw; it is missing");
        }
        if (prompt.length() > limits.messageLength()) {
            throw ApiException.invalid(
                    "prompt",
                    "message_too_long",
                    "'prompt' has " + prompt.length() + " characters; at most " + limits.messageLength() + " are read");
        }
        ImageRequest request = new ImageRequest(
                prompt,
                or(fields.integer("n", 1, MOST), 1),
                options(fields, agent.imageOptions(), limits),
                fields.flag("stream"),
                or(fields.integer("partial_images", 0, MOST_PARTIALS), 0));
        fields.neutral("response_format", "\"b64_json\"");
        fields.neutral("output_format", "\"png\"");
        fields.neutral("output_compression", "100");
        fields.neutral("background", "\"auto\"", "\"opaque\"");
        fields.neutral("moderation", "\"auto\"");
        fields.ignore("user", "quality");
        fields.refuseOthers();
        return request;
    }

    private static ImageOptions options(Fields fields, ImageOptions own, Limits limits) {
        ImageOptions.Builder options = own.toBuilder()
                .seed(Objects.requireNonNullElseGet(
                        fields.integer("seed"),
                        () -> ThreadLocalRandom.current().nextLong(1L << 48)))
                .steps(or(fields.integer("steps", 1, limits.steps()), own.steps()));
        String size = fields.text("size");
        if (size != null && !size.equals("auto")) {
            Matcher match = SIZE.matcher(size);
            int width = match.matches() ? Integer.parseInt(match.group(1)) : 0;
            int height = match.matches() ? Integer.parseInt(match.group(2)) : 0;
            if (width < 1 || height < 1 || Math.max(width, height) > limits.side()) {
                throw ApiException.invalid(
                        "size",
                        "invalid_value",
                        "'size' is auto, or WIDTHxHEIGHT with sides up to " + limits.side() + " pixels, got '"
                                + Texts.cut(size, 40) + "'");
            }
            options.width(width).height(height);
        }
        Double guidance = fields.number("guidance_scale");
        String negative = fields.text("negative_prompt");
        return options.guidance(guidance == null ? own.guidance() : guidance)
                .negativePrompt(negative == null ? own.negativePrompt() : negative)
                .build();
    }

    private static int or(@Nullable Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }
}

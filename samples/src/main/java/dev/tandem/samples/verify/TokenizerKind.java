package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.Span;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.token.Encoded;
import dev.tandem.core.token.Padding;
import dev.tandem.core.token.Side;
import dev.tandem.core.token.TextTokenizer;
import dev.tandem.core.token.Truncation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** {@code tokenizer.*}: ids, tokens, offsets, masks and decoded texts, all equal; {@code args} holds inputs and answers. */
record TokenizerKind(String kind) implements ParityKind {

    /** Settings of transformers' call that this understands, and those that change no id. */
    private static final Set<String> KNOWN = Set.of(
            "add_special_tokens",
            "padding",
            "truncation",
            "max_length",
            "pad_to_multiple_of",
            "padding_side",
            "text_pair",
            "stride",
            "return_attention_mask",
            "return_token_type_ids",
            "return_special_tokens_mask",
            "return_length",
            "verbose");

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        JsonNode args = parityCase.args();
        JsonNode settings = args.path("encode");
        settings.fieldNames().forEachRemaining(name -> {
            if (!KNOWN.contains(name)) {
                throw new ParityMismatch("encode has the setting " + name + ", which this version does not know");
            }
        });
        if (args.path("decode").path("clean_up_tokenization_spaces").asBoolean(false)) {
            throw new ParityMismatch("decode cleans up blanks, which this version does not do");
        }
        TextTokenizer tokenizer = tokenizer(parityCase, settings);
        same("vocab_size", args.path("vocab_size"), tokenizer.count());
        args.path("special_ids").properties().forEach(role -> {
            OptionalInt id = tokenizer.specialId(role.getKey().replaceFirst("_id$", ""));
            same(role.getKey(), role.getValue(), id.isPresent() ? id.getAsInt() : null);
        });
        List<Encoded> rows = padded(tokenizer, settings, encoded(tokenizer, args.path("texts"), settings));
        compare(tokenizer, args, rows);
        return Map.of();
    }

    private static TextTokenizer tokenizer(ParityCase parityCase, JsonNode settings) {
        String order = chosen(settings.path("truncation"), "longest_first", "do_not_truncate");
        TextTokenizer whole = TextTokenizer.load(parityCase.model());
        OptionalInt max = maxLength(settings, whole);
        if (order.equals("do_not_truncate") || max.isEmpty()) {
            return whole;
        }
        Truncation.Order which = Truncation.Order.valueOf(order.toUpperCase(Locale.ROOT));
        return TextTokenizer.load(parityCase.model(), new Truncation(max.getAsInt(), which, whole.truncationSide()));
    }

    private static OptionalInt maxLength(JsonNode settings, TextTokenizer tokenizer) {
        JsonNode given = settings.path("max_length");
        return given.isInt() ? OptionalInt.of(given.asInt()) : tokenizer.modelMaxLength();
    }

    private static List<Encoded> encoded(TextTokenizer tokenizer, JsonNode texts, JsonNode settings) {
        boolean special = settings.path("add_special_tokens").asBoolean(true);
        List<Encoded> rows = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            JsonNode text = texts.path(i);
            JsonNode pair =
                    text.isArray() ? text.path(1) : settings.path("text_pair").path(i);
            String first = (text.isArray() ? text.path(0) : text).asText();
            rows.add(
                    pair.isTextual()
                            ? tokenizer.encode(first, pair.asText(), special)
                            : tokenizer.encode(first, special));
        }
        return rows;
    }

    private static List<Encoded> padded(TextTokenizer tokenizer, JsonNode settings, List<Encoded> rows) {
        String strategy = chosen(settings.path("padding"), "longest", "do_not_pad");
        OptionalInt max = maxLength(settings, tokenizer);
        if (strategy.equals("do_not_pad") || strategy.equals("max_length") && max.isEmpty()) {
            return rows;
        }
        int length = strategy.equals("max_length") ? max.getAsInt() : 0;
        JsonNode side = settings.path("padding_side");
        int pad = tokenizer
                .specialId("pad_token")
                .orElseThrow(() -> new ParityMismatch("the tokenizer has no padding token"));
        return new Padding(
                        length,
                        Math.max(1, settings.path("pad_to_multiple_of").asInt(1)),
                        side.isTextual()
                                ? Side.valueOf(side.asText().toUpperCase(Locale.ROOT))
                                : tokenizer.paddingSide(),
                        pad)
                .pad(rows);
    }

    /** A setting that is true, false, absent or the name of a strategy. */
    private static String chosen(JsonNode setting, String whenTrue, String whenFalse) {
        return setting.isTextual() ? setting.asText() : setting.asBoolean(false) ? whenTrue : whenFalse;
    }

    private static void compare(TextTokenizer tokenizer, JsonNode args, List<Encoded> rows) {
        same("the number of texts", args.path("expected_ids").size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            Encoded row = rows.get(i);
            same("ids of text " + i, args.path("expected_ids").path(i), row.ids());
            same(
                    "tokens of text " + i,
                    args.path("expected_tokens").path(i),
                    row.ids().stream().map(tokenizer::token).toList());
            same("offsets of text " + i, args.path("expected_offsets").path(i), row.spans());
            if (args.has("expected_attention_mask")) {
                same(
                        "attention mask of text " + i,
                        args.path("expected_attention_mask").path(i),
                        row.attentionMask());
            }
            same("text " + i + " decoded", args.path("expected_decoded").path(i), tokenizer.decode(row.ids(), true));
            same(
                    "text " + i + " decoded with special tokens",
                    args.path("expected_decoded_with_special").path(i),
                    tokenizer.decode(row.ids(), false));
        }
    }

    private static void same(String what, Object expected, @Nullable Object actual) {
        Object wanted = expected instanceof JsonNode node ? plain(node) : expected;
        Object found = actual instanceof List<?> list
                ? list.stream().map(TokenizerKind::place).toList()
                : actual;
        if (!Objects.equals(wanted, found)) {
            throw new ParityMismatch(what + ": " + found + ", expected " + wanted);
        }
    }

    private static Object place(Object value) {
        return value instanceof Span span ? List.of(span.start(), span.end()) : value;
    }

    private static @Nullable Object plain(JsonNode node) {
        if (node.isArray()) {
            return StreamSupport.stream(node.spliterator(), false)
                    .map(TokenizerKind::plain)
                    .toList();
        }
        return node.isInt() ? Integer.valueOf(node.asInt()) : node.isTextual() ? node.asText() : null;
    }
}

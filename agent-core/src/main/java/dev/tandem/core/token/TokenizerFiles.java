package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.token.Steps.Part;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The vocabulary of a tokenizer's folder: tokenizer.json, else the older files of its class, put into the same form as transformers'
 * convert_slow_tokenizer does; and what the class then changes.
 *
 * @param folder of the tokenizer
 * @param kind its class
 * @param config tokenizer_config.json
 */
record TokenizerFiles(ModelFolder folder, TokenizerClass kind, JsonNode config) {

    private static final String ADDITIONAL = "additional_special_tokens";
    private static final String EXTRA_ID = "<extra_id_";

    /**
     * The tokenizer without the tokens that other files add.
     *
     * @param roles special tokens by role
     * @throws WeightException if there are no files, or files of a class that is not known
     */
    ObjectNode read(Map<String, String> roles) {
        if (folder.file("tokenizer.json").isPresent() && !newBlanks()) {
            ObjectNode json = (ObjectNode) folder.json("tokenizer.json");
            adapt(json);
            return json;
        }
        return switch (kind) {
            case LLAMA -> fromModel(need("tokenizer.model"));
            case T5 -> SentencePieceFiles.t5(SentencePiece.read(need("spiece.model")), config);
            case BERT -> WordPieceFile.tokenizer(need("vocab.txt"), config, roles);
            case GPT2 -> {
                need("vocab.json");
                need("merges.txt");
                yield BytePairFiles.gpt2(folder, config, roles);
            }
            case QWEN2 -> {
                need("vocab.json");
                need("merges.txt");
                yield BytePairFiles.qwen2(folder);
            }
            case CLIP -> {
                need("vocab.json");
                need("merges.txt");
                yield ClipFiles.tokenizer(folder, roles);
            }
            case OTHER -> unnamed(roles);
        };
    }

    private ObjectNode unnamed(Map<String, String> roles) {
        Optional<Path> model = folder.file("tokenizer.model");
        if (model.isPresent()) {
            byte[] bytes = TokenFile.bytes(model.get());
            if (TikTokenFile.is(bytes)) {
                return TikTokenFile.tokenizer(model.get(), bytes);
            }
        }
        if (BytePairFiles.in(folder) && folder.json("vocab.json").has(ClipFiles.BEGIN)) {
            TokenizerClass.CLIP.specialTokens().forEach(roles::putIfAbsent);
            return ClipFiles.tokenizer(folder, roles);
        }
        boolean some = model.isPresent()
                || BytePairFiles.in(folder)
                || folder.file("spiece.model").isPresent()
                || folder.file("vocab.txt").isPresent();
        throw new WeightException(
                some
                        ? "the tokenizer in " + folder + " has no tokenizer.json, and its class '"
                                + config.path("tokenizer_class").asText("")
                                + "' is not one whose older files are read (BertTokenizer, CLIPTokenizer, GPT2Tokenizer,"
                                + " LlamaTokenizer, Qwen2Tokenizer, T5Tokenizer); name it in tokenizer_config.json"
                                + " (tokenizer_class), or write tokenizer.json in Python"
                                + " (AutoTokenizer.from_pretrained(folder).save_pretrained(folder))"
                        : "there is no tokenizer in " + folder + ": it needs tokenizer.json, or the older files"
                                + " vocab.json and merges.txt, tokenizer.model, spiece.model or vocab.txt");
    }

    private ObjectNode fromModel(Path file) {
        byte[] bytes = TokenFile.bytes(file);
        return TikTokenFile.is(bytes)
                ? TikTokenFile.tokenizer(file, bytes)
                : SentencePieceFiles.llama(SentencePiece.read(file, bytes), config);
    }

    private Path need(String name) {
        return folder.file(name)
                .orElseThrow(() -> new WeightException("there is no tokenizer in " + folder
                        + ": it needs tokenizer.json, or " + name + " of a " + kind + " tokenizer"));
    }

    /** Whether the rule for blanks is asked for anew, which transformers does by going back to the older file. */
    private boolean newBlanks() {
        String file = kind == TokenizerClass.LLAMA ? "tokenizer.model" : "spiece.model";
        return (kind == TokenizerClass.LLAMA || kind == TokenizerClass.T5)
                && config.hasNonNull("add_prefix_space")
                && folder.file(file).isPresent();
    }

    /** What classes change in tokenizer.json by the settings in tokenizer_config.json. */
    private void adapt(ObjectNode json) {
        if (kind == TokenizerClass.BERT) {
            WordPieceFile.normalize(json, config);
        }
        if (json.get("pre_tokenizer") instanceof ObjectNode cut
                && cut.path("type").asText().equals("ByteLevel")) {
            cut.put("add_prefix_space", config.path("add_prefix_space").asBoolean(false));
        }
    }

    /** Special tokens that a class adds to those that are named: T5's tokens for gaps. */
    JsonNode withOwnTokens(ObjectNode named) {
        if (kind != TokenizerClass.T5) {
            return named;
        }
        ArrayNode all = named.get(ADDITIONAL) instanceof ArrayNode array ? array : named.putArray(ADDITIONAL);
        for (JsonNode token : all) {
            if ((token.isObject() ? token.path("content") : token).asText().contains(EXTRA_ID)) {
                return named;
            }
        }
        for (int i = 0; i < SentencePieceFiles.extraIds(config); i++) {
            all.add(EXTRA_ID + i + ">");
        }
        return named;
    }

    /** Llama's class says what begins and ends a text, whatever tokenizer.json says. */
    void finish(ObjectNode json, Map<String, String> roles) {
        if (kind != TokenizerClass.LLAMA) {
            return;
        }
        Optional<String> begin = flag("add_bos_token", true, roles.get("bos_token"));
        Optional<String> end = flag("add_eos_token", false, roles.get("eos_token"));
        List<Part> single = new ArrayList<>();
        List<Part> second = new ArrayList<>();
        begin.ifPresent(token -> single.add(new Part(token, 0)));
        begin.ifPresent(token -> second.add(new Part(token, 1)));
        single.add(new Part("$A", 0));
        second.add(new Part("$B", 1));
        end.ifPresent(token -> single.add(new Part(token, 0)));
        end.ifPresent(token -> second.add(new Part(token, 1)));
        List<Part> pair = new ArrayList<>(single);
        pair.addAll(second);
        json.set("post_processor", Steps.template(single, pair, Vocabulary.ids(json)));
    }

    private Optional<String> flag(String field, boolean otherwise, @Nullable String token) {
        boolean wanted = config.has(field) ? config.path(field).asBoolean() : otherwise;
        if (wanted && token == null) {
            throw new WeightException(
                    "tokenizer_config.json in " + folder + " asks for " + field + " but names no such token");
        }
        return wanted && token != null ? Optional.of(token) : Optional.empty();
    }
}

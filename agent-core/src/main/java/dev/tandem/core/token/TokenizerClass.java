package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.weights.ModelFolder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Tokenizer classes of transformers whose own rules are known here, with the special tokens that each has when nothing is said. */
enum TokenizerClass {
    BERT,
    CLIP,
    GPT2,
    LLAMA,
    QWEN2,
    T5,
    /** PreTrainedTokenizerFast, which has no rules of its own, or a class that is not known here. */
    OTHER;

    private static final String UNK = "unk_token";
    private static final String BOS = "bos_token";
    private static final String EOS = "eos_token";
    private static final String PAD = "pad_token";
    private static final String END_OF_TEXT = "<|endoftext|>";

    /** Families that transformers' AutoTokenizer reads with a class named after another one. */
    private static final Map<TokenizerClass, Set<String>> FAMILIES = Map.of(
            BERT, Set.of("bert", "blip", "git", "vilt"),
            CLIP, Set.of("clip", "clip_text_model"),
            GPT2, Set.of("gpt2", "gpt_neo", "gptj", "blip-2"),
            LLAMA, Set.of("llama", "mistral", "mixtral", "mllama", "llava", "llava_next", "phi3"),
            QWEN2, Set.of("qwen2", "qwen2_moe", "qwen2_vl", "qwen2_5_vl", "qwen3", "qwen3_moe"),
            T5, Set.of("t5", "umt5"));

    /**
     * The class that AutoTokenizer would take: named by tokenizer_config.json, else by config.json, else that of config.json's model type. The
     * last only where there is no tokenizer.json: one whose class nobody names is complete, and gets no tokens that its model does not have.
     *
     * @param config tokenizer_config.json
     */
    static TokenizerClass of(ModelFolder folder, JsonNode config) {
        JsonNode model = folder.file("config.json").isPresent() ? folder.config() : config;
        String name = config.path("tokenizer_class").asText("");
        name = name.isEmpty() ? model.path("tokenizer_class").asText("") : name;
        if (!name.isEmpty()) {
            return named(name.endsWith("Fast") ? name.substring(0, name.length() - "Fast".length()) : name);
        }
        if (folder.file("tokenizer.json").isPresent()) {
            return OTHER;
        }
        String type = model.path("model_type").asText("");
        return FAMILIES.entrySet().stream()
                .filter(family -> family.getValue().contains(type))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(OTHER);
    }

    private static TokenizerClass named(String name) {
        return switch (name) {
            case "BertTokenizer" -> BERT;
            case "CLIPTokenizer" -> CLIP;
            case "GPT2Tokenizer" -> GPT2;
            case "LlamaTokenizer", "CodeLlamaTokenizer" -> LLAMA;
            case "Qwen2Tokenizer" -> QWEN2;
            case "T5Tokenizer" -> T5;
            default -> OTHER;
        };
    }

    /** Special tokens by role, of a folder that names none. */
    Map<String, String> specialTokens() {
        Map<String, String> roles = new LinkedHashMap<>();
        switch (this) {
            case BERT -> {
                roles.put(UNK, "[UNK]");
                roles.put("sep_token", "[SEP]");
                roles.put(PAD, "[PAD]");
                roles.put("cls_token", "[CLS]");
                roles.put("mask_token", "[MASK]");
            }
            case CLIP -> {
                roles.put(BOS, ClipFiles.BEGIN);
                roles.put(EOS, ClipFiles.END);
                roles.put(UNK, ClipFiles.END);
                roles.put(PAD, ClipFiles.END);
            }
            case GPT2 -> {
                roles.put(BOS, END_OF_TEXT);
                roles.put(EOS, END_OF_TEXT);
                roles.put(UNK, END_OF_TEXT);
            }
            case QWEN2 -> {
                roles.put(EOS, END_OF_TEXT);
                roles.put(UNK, END_OF_TEXT);
                roles.put(PAD, END_OF_TEXT);
            }
            case LLAMA -> {
                roles.put(BOS, "<s>");
                roles.put(EOS, "</s>");
                roles.put(UNK, "<unk>");
            }
            case T5 -> {
                roles.put(EOS, "</s>");
                roles.put(UNK, "<unk>");
                roles.put(PAD, "<pad>");
            }
            case OTHER -> {}
        }
        return roles;
    }
}

package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.load.StableDiffusion3Folder;
import dev.tandem.diffusion.load.StableDiffusionFolder;
import dev.tandem.diffusion.text.ClipTokenizer;
import dev.tandem.diffusion.text.PromptTokenizer;
import dev.tandem.diffusion.text.T5Tokenizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The tokenizers of a pipeline's text encoders.
 *
 * @param first CLIP's, which every pipeline has
 * @param others of the further encoders
 */
record PromptTokenizers(ClipTokenizer first, List<PromptTokenizer> others) implements AutoCloseable {

    PromptTokenizers {
        others = List.copyOf(others);
    }

    static PromptTokenizers load(StableDiffusionFolder folder, DiffusionPipeline pipeline) {
        return Loading.of(
                folder,
                parts -> new PromptTokenizers(parts.add(ClipTokenizer.load(folder.tokenizer())), List.of())
                        .checked(pipeline));
    }

    static PromptTokenizers load(StableDiffusion3Folder folder, DiffusionPipeline pipeline, int t5Tokens) {
        return Loading.of(folder, parts -> {
            ClipTokenizer first = parts.add(ClipTokenizer.load(folder.tokenizer(1)));
            List<PromptTokenizer> others = new ArrayList<>();
            others.add(parts.add(ClipTokenizer.load(folder.tokenizer(2))));
            if (folder.hasT5()) {
                others.add(parts.add(T5Tokenizer.load(folder.tokenizer(3), t5Tokens)));
            }
            return new PromptTokenizers(first, others).checked(pipeline);
        });
    }

    /** These, if the text encoders know their ids and take their rows. */
    private PromptTokenizers checked(DiffusionPipeline pipeline) {
        List<PromptTokenizer> all = all();
        for (int i = 0; i < all.size(); i++) {
            PromptTokenizer tokenizer = all.get(i);
            DiffusionPipeline.TextInput takes = pipeline.textInputs().get(i);
            if (tokenizer.vocabularySize() > takes.vocabulary() || tokenizer.maxLength() > takes.maxTokens()) {
                String number = i == 0 ? "" : "_" + (i + 1);
                throw new IllegalArgumentException("tokenizer" + number + " has " + tokenizer.vocabularySize()
                        + " ids and rows of " + tokenizer.maxLength() + " tokens, text_encoder" + number + " takes "
                        + takes.vocabulary() + " and " + takes.maxTokens()
                        + "; these components do not belong together");
            }
        }
        return this;
    }

    private List<PromptTokenizer> all() {
        List<PromptTokenizer> all = new ArrayList<>();
        all.add(first);
        all.addAll(others);
        return all;
    }

    CaptionTokenizer forCaptions() {
        return first;
    }

    /**
     * Prompts as {@link DiffusionPipeline#encode} takes them.
     *
     * @param listener hears what is left out of long prompts
     * @return int64 [B, S] for each encoder
     */
    List<Tensor> ids(TensorEngine engine, List<String> texts, ImageListener listener) {
        return ids(engine, texts, all(), listener);
    }

    /** As {@link #ids}, without the first encoder. */
    List<Tensor> furtherIds(TensorEngine engine, List<String> texts, ImageListener listener) {
        return ids(engine, texts, others, listener);
    }

    private static List<Tensor> ids(
            TensorEngine engine, List<String> texts, List<PromptTokenizer> tokenizers, ImageListener listener) {
        List<Tensor> ids = new ArrayList<>();
        Set<String> told = new HashSet<>();
        for (PromptTokenizer tokenizer : tokenizers) {
            List<Integer> rows = new ArrayList<>();
            for (String text : texts) {
                PromptTokenizer.Row row = tokenizer.row(text);
                rows.addAll(row.ids());
                if (!row.rest().isEmpty() && told.add(tokenizer.maxLength() + " " + row.rest())) {
                    listener.onCut(row.rest(), tokenizer.maxLength());
                }
            }
            long[] values = rows.stream().mapToLong(Integer::longValue).toArray();
            ids.add(engine.tensor(values, texts.size(), tokenizer.maxLength()));
        }
        return ids;
    }

    @Override
    public void close() {
        all().forEach(PromptTokenizer::close);
    }
}

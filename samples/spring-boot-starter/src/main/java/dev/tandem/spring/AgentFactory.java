package dev.tandem.spring;

import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.AgentObserver;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.safety.CaptionGuard;
import dev.tandem.core.safety.ImageGuard;
import dev.tandem.core.safety.WordListGuard;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.weights.WeightException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Makes the agent from properties and from beans of the application. */
record AgentFactory(
        TandemProperties properties,
        ObjectProvider<CaptionGuard> captionGuards,
        ObjectProvider<ImageGuard> imageGuards,
        ObjectProvider<LanguageStage> languageModel,
        ObjectProvider<AgentListener> listener,
        ObjectProvider<AgentObserver> observers,
        ObjectProvider<TandemAgentCustomizer> customizers) {

    /**
     * Loads the model.
     *
     * @throws InvalidConfigurationPropertyValueException if a property lies outside its bounds
     * @throws ModelNotLoadedException if the model is missing, damaged, or does not fit the properties
     */
    PhotoSharingAgent create() {
        PhotoSharingAgent.Builder builder = PhotoSharingAgent.builder();
        setProperties(builder);
        builder.captionGuard(
                captionGuards.orderedStream().reduce(CaptionGuard::and).orElseGet(this::wordList));
        imageGuards.orderedStream().reduce(ImageGuard::and).ifPresent(builder::imageGuard);
        languageModel.ifAvailable(builder::languageModel);
        listener.ifAvailable(builder::listener);
        List<AgentObserver> all = observers.orderedStream().toList();
        if (!all.isEmpty()) {
            builder.observer(new AgentObservers(all));
        }
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        try {
            return builder.build();
        } catch (IllegalArgumentException | WeightException e) {
            throw new ModelNotLoadedException(properties, e);
        }
    }

    private void setProperties(PhotoSharingAgent.Builder builder) {
        builder.model(properties.model());
        builder.imageModel(properties.imageModel() == null ? null : Path.of(properties.imageModel()));
        set("device", properties.device(), device -> builder.device(Device.parse(device)));
        builder.seed(properties.seed());
        // the agent would say it too, but not which property it is
        set("temperature", properties.temperature(), value -> {
            LanguageOptions.builder().temperature(value).build();
            builder.temperature(value);
        });
        set("top-p", properties.topP(), value -> {
            LanguageOptions.builder().topP(value).build();
            builder.topP(value);
        });
        set("max-new-tokens", properties.maxNewTokens(), value -> {
            LanguageOptions.builder().maxNewTokens(value).build();
            builder.maxNewTokens(value);
        });
        set("max-photos-per-turn", properties.maxPhotosPerTurn(), value -> {
            LanguageOptions.builder().maxCaptions(value).build();
            builder.maxPhotosPerTurn(value);
        });
        set("steps", properties.steps(), value -> {
            ImageOptions.builder().steps(value).build();
            builder.steps(value);
        });
        set("guidance", properties.guidance(), value -> {
            ImageOptions.builder().guidance(value).build();
            builder.guidance(value);
        });
        set("negative-prompt", properties.negativePrompt(), value -> {
            ImageOptions.builder().negativePrompt(value).build();
            builder.negativePrompt(value);
        });
        setSize(builder, properties.width(), properties.height());
        set("max-message-length", properties.maxMessageLength(), builder::maxMessageLength);
        set("memory-tokens", properties.memoryTokens(), builder::memoryTokens);
        builder.describeFiles(properties.describeFiles());
        builder.modelGuard(properties.safety().modelGuard());
    }

    private static void setSize(PhotoSharingAgent.Builder builder, @Nullable Integer width, @Nullable Integer height) {
        set("width", width, value -> {
            ImageOptions.builder().width(value).build();
            requireBoth(height, "tandem.height");
        });
        set("height", height, value -> {
            ImageOptions.builder().height(value).build();
            requireBoth(width, "tandem.width");
        });
        if (width != null && height != null) {
            builder.size(width, height);
        }
    }

    private static void requireBoth(@Nullable Integer other, String name) {
        if (other == null) {
            throw new IllegalArgumentException(name + " must be set with it");
        }
    }

    private static <T> void set(String name, @Nullable T value, Consumer<T> setter) {
        if (value == null) {
            return;
        }
        try {
            setter.accept(value);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationPropertyValueException(
                    "tandem." + name, value, String.valueOf(e.getMessage()));
        }
    }

    private CaptionGuard wordList() {
        List<CaptionGuard> lists = new ArrayList<>();
        if (properties.safety().englishWords()) {
            lists.add(WordListGuard.english());
        }
        List<String> words = properties.safety().blockedWords();
        set("safety.blocked-words", words, value -> lists.add(WordListGuard.of(value)));
        return lists.stream().reduce(CaptionGuard::and).orElse(CaptionGuard.NONE);
    }
}

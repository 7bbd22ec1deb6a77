package dev.tandem.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.config.OneLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Dialogues with photos in files, read one at a time: data of any length need the memory of one dialogue. Nothing is ever fetched from the web.
 *
 * <pre>{@code
 * DialogueData data = DialogueData.builder(Path.of("photochat/train"))
 *         .photos(Path.of("open-images"))
 *         .agent(AgentSide.SHARER)
 *         .missing(MissingPhotos.SKIP_DIALOGUE)
 *         .build();
 * DataReport report = data.read(dialogues::add);
 * }</pre>
 */
public final class DialogueData {

    private final Builder settings;

    private DialogueData(Builder settings) {
        this.settings = settings;
    }

    /** Data in a file, or in the {@code .json} and {@code .jsonl} files of a folder, in the order of their names. */
    public static Builder builder(Path data) {
        return new Builder(data);
    }

    /**
     * Reads all.
     *
     * @param taker gets each dialogue
     * @return what was there and what was missing
     * @throws IllegalArgumentException if there are no such files, one holds something else, a dialogue has more than 4 MiB, or a photo is missing and
     *     that was to fail; with file, line and turn
     */
    public DataReport read(Consumer<RecordedDialogue> taker) {
        if (settings.photos != null && !Files.isDirectory(settings.photos)) {
            throw new IllegalArgumentException("there is no folder of photos " + settings.photos);
        }
        DialogueSieve sieve = new DialogueSieve(settings.missing, settings.agent, settings.checkPictures);
        for (Path file : files()) {
            Path parent = file.toAbsolutePath().getParent();
            Path photos = settings.photos != null ? settings.photos : parent != null ? parent : Path.of(".");
            try (JsonObjects objects = new JsonObjects(file)) {
                DataFormat format = settings.format;
                for (JsonNode each = objects.next(); each != null; each = objects.next()) {
                    List<RecordedDialogue> given;
                    try {
                        format = format == null ? DataFormat.of(each) : format;
                        given = sieve.sift(objects.where(), format.turns(each), new PhotoFolder(photos));
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(OneLine.of(objects.where() + ": " + e.getMessage()), e);
                    }
                    given.forEach(taker);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
            }
        }
        return sieve.report();
    }

    private List<Path> files() {
        if (!Files.isDirectory(settings.data)) {
            return List.of(settings.data);
        }
        try (Stream<Path> inside = Files.list(settings.data)) {
            List<Path> files = inside.filter(Files::isRegularFile)
                    .filter(file -> file.toString().toLowerCase(Locale.ROOT).matches(".*\\.jsonl?"))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw new IllegalArgumentException("there is no .json or .jsonl file in " + settings.data);
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + settings.data + ": " + e.getMessage(), e);
        }
    }

    /** How data are read. */
    public static final class Builder {

        private final Path data;
        private @Nullable DataFormat format;
        private @Nullable Path photos;
        private MissingPhotos missing = MissingPhotos.FAIL;
        private AgentSide agent = AgentSide.AGENT;
        private boolean checkPictures;

        private Builder(Path data) {
            this.data = data;
        }

        /** The layout; without it, each file is taken for what its first dialogue looks like. */
        public Builder format(DataFormat format) {
            this.format = format;
            return this;
        }

        /**
         * The folder of the photos; without it, the folder of the file. A photo whose path the data tell is looked for there. One with a number is
         * looked for under the last part of its number and under the number with {@code _} for {@code /}; one with an address under the SHA-256 of
         * the address (64 small hexadecimal digits), then under the last part of its path, which may name another photo where addresses are not as
         * unlike as in PhotoChat. Each of these with or without {@code .jpg}, {@code .jpeg}, {@code .png}, {@code .gif} or {@code .bmp}, in the folder,
         * then in its folders {@code images} and {@code photos}.
         */
        public Builder photos(Path photos) {
            this.photos = photos;
            return this;
        }

        /** What a missing photo means; an error if nothing is said. */
        public Builder missing(MissingPhotos missing) {
            this.missing = missing;
            return this;
        }

        /** Who the agent is; the data's agent if nothing is said. */
        public Builder agent(AgentSide agent) {
            this.agent = agent;
            return this;
        }

        /** Whether every picture is decoded, and one that is damaged counts like one that is missing. That takes far longer than reading. */
        public Builder checkPictures(boolean checkPictures) {
            this.checkPictures = checkPictures;
            return this;
        }

        /** What these settings say. Nothing is read yet. */
        public DialogueData build() {
            Builder copy = new Builder(data);
            copy.format = format;
            copy.photos = photos;
            copy.missing = missing;
            copy.agent = agent;
            copy.checkPictures = checkPictures;
            return new DialogueData(copy);
        }
    }
}

package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonPOJOBuilder;
import dev.tandem.core.data.AgentSide;
import dev.tandem.core.data.DataFormat;
import dev.tandem.core.data.MissingPhotos;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dialogues of one's own to learn from, in place of the world's.
 *
 * @param files files of dialogues, or folders of them
 * @param format how they are laid out; null to find out for each file
 * @param photos the folder of the photos; null for the folder of each file
 * @param missing what becomes of a photo that is missing or damaged
 * @param agent which side of the dialogues is the agent's
 * @param validation files of held-out dialogues; none to hold out a share of the others
 * @param heldOutShare that share, where there are no files; which dialogues are held out depends on the seed
 * @param worldShare share of the batches that come from the world instead; 0 for none
 * @param cache a folder that keeps what the autoencoder, and a frozen text encoder, say about the data; null to find it out at each start
 * @param cacheMegabytes of what is found out in advance, in memory and on disk, for each of the two; what is beyond is found out each time
 * @param look whether photos of the user are seen, as in a chat in which they are sent, in place of their captions; needs a language model that sees
 * @param sampleLatents draw latents from the autoencoder's distribution each time, as diffusers' train_text_to_image.py does, in place of their
 *     mean
 */
@JsonDeserialize(builder = OwnData.Builder.class)
public record OwnData(
        List<Path> files,
        @Nullable DataFormat format,
        @Nullable Path photos,
        MissingPhotos missing,
        AgentSide agent,
        List<Path> validation,
        double heldOutShare,
        double worldShare,
        @Nullable Path cache,
        int cacheMegabytes,
        boolean look,
        boolean sampleLatents) {

    public OwnData {
        files = List.copyOf(files);
        validation = List.copyOf(validation);
        if (files.isEmpty()) {
            throw new IllegalArgumentException("'own' needs 'files', a list of files of dialogues or folders of them");
        }
        if (!(heldOutShare >= 0 && heldOutShare < 1) || !(worldShare >= 0 && worldShare < 1)) {
            throw new IllegalArgumentException("'held_out_share' and 'world_share' are from 0 to below 1, got "
                    + heldOutShare + " and " + worldShare);
        }
        if (!validation.isEmpty() && heldOutShare > 0) {
            throw new IllegalArgumentException("give 'validation' or 'held_out_share', not both");
        }
        if (cacheMegabytes < 1) {
            throw new IllegalArgumentException("'cache_megabytes' is at least 1, got " + cacheMegabytes);
        }
    }

    long cacheBytes() {
        return (long) cacheMegabytes << 20;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds an {@link OwnData}; {@code files} are needed, the fields are described there. */
    @JsonPOJOBuilder(withPrefix = "")
    public static final class Builder {
        private List<Path> files = List.of();
        private @Nullable DataFormat format;
        private @Nullable Path photos;
        private MissingPhotos missing = MissingPhotos.FAIL;
        private AgentSide agent = AgentSide.AGENT;
        private List<Path> validation = List.of();
        private double heldOutShare;
        private double worldShare;
        private @Nullable Path cache;
        private int cacheMegabytes = 2048;
        private boolean look;
        private boolean sampleLatents;

        private Builder() {}

        public Builder files(List<Path> value) {
            files = value;
            return this;
        }

        public Builder format(@Nullable DataFormat value) {
            format = value;
            return this;
        }

        public Builder photos(@Nullable Path value) {
            photos = value;
            return this;
        }

        public Builder missing(MissingPhotos value) {
            missing = value;
            return this;
        }

        public Builder agent(AgentSide value) {
            agent = value;
            return this;
        }

        public Builder validation(List<Path> value) {
            validation = value;
            return this;
        }

        public Builder heldOutShare(double value) {
            heldOutShare = value;
            return this;
        }

        public Builder worldShare(double value) {
            worldShare = value;
            return this;
        }

        public Builder cache(@Nullable Path value) {
            cache = value;
            return this;
        }

        public Builder cacheMegabytes(int value) {
            cacheMegabytes = value;
            return this;
        }

        public Builder look(boolean value) {
            look = value;
            return this;
        }

        public Builder sampleLatents(boolean value) {
            sampleLatents = value;
            return this;
        }

        public OwnData build() {
            return new OwnData(
                    files,
                    format,
                    photos,
                    missing,
                    agent,
                    validation,
                    heldOutShare,
                    worldShare,
                    cache,
                    cacheMegabytes,
                    look,
                    sampleLatents);
        }
    }
}

package dev.tandem.bridge.condition;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.tandem.bridge.vocab.CaptionPair;
import dev.tandem.bridge.vocab.VocabularyAlignment;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import java.util.List;

/**
 * Spells captions, tokenizes them again and builds their transforms; for one pair of tokenizers and one kind of matrix. A transform is
 * a few hundred numbers made in microseconds; those of the captions seen last are kept in a cache that is bounded by how many numbers
 * it holds. Safe to use from several threads.
 */
public final class CaptionAligner {

    private static final long CACHED_NUMBERS = 4_000_000;

    private final CaptionTokenizer tokenizer;
    private final int vocabularySize;
    private final LoadingCache<List<Integer>, AlignedCaption> cache;

    public CaptionAligner(CaptionDecoder decoder, CaptionTokenizer tokenizer, VocabularyAlignment alignment) {
        this.tokenizer = tokenizer;
        this.vocabularySize = decoder.vocabularySize();
        this.cache = Caffeine.newBuilder()
                .maximumWeight(CACHED_NUMBERS)
                .weigher((List<Integer> ids, AlignedCaption caption) -> ids.size()
                        + caption.diffusionLength()
                        + caption.transform().size())
                .recordStats()
                .build(ids -> {
                    CaptionPair pair = CaptionPair.of(ids, decoder, tokenizer);
                    return new AlignedCaption(pair, alignment.align(pair));
                });
    }

    /**
     * One caption.
     *
     * @param ids what the language model chose, without markers
     */
    public AlignedCaption align(List<Integer> ids) {
        return cache.get(List.copyOf(ids));
    }

    /** Hits, misses, evictions and load times so far. */
    public CacheStats stats() {
        return cache.stats();
    }

    CaptionTokenizer tokenizer() {
        return tokenizer;
    }

    /** V_L. */
    int vocabularySize() {
        return vocabularySize;
    }
}

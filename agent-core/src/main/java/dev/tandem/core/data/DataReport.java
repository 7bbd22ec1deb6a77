package dev.tandem.core.data;

import java.util.List;

/**
 * What was found in data.
 *
 * @param read dialogues in the files
 * @param given dialogues handed on; twice as many where both sides are the agent
 * @param skipped dialogues left out, for a photo or because nothing was left of them
 * @param turns turns in the files
 * @param photos photos in the files
 * @param missing photos without a file
 * @param damaged photos whose file is no readable picture; 0 where pictures were not checked
 * @param uncaptioned photos without a caption, which are left out
 * @param problems the first of the missing and damaged photos, one sentence each
 */
public record DataReport(
        long read,
        long given,
        long skipped,
        long turns,
        long photos,
        long missing,
        long damaged,
        long uncaptioned,
        List<String> problems) {

    public DataReport {
        problems = List.copyOf(problems);
    }

    /** Photos with a file and a caption. */
    public long usable() {
        return photos - missing - damaged - uncaptioned;
    }
}

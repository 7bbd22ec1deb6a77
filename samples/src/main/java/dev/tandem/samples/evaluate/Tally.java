package dev.tandem.samples.evaluate;

/**
 * What happened in some dialogues, counted; tallies of dialogues add up.
 *
 * @param shared agent turns in which a photo was due and was shared
 * @param wrong agent turns in which a photo was shared and none was due
 * @param missed agent turns in which a photo was due and none was shared
 * @param subjects captions that name exactly the subjects that the dialogue had told, of those for which it had told them
 * @param places captions that name the place that was told, likewise
 * @param counts captions that name the number that was told of each subject, likewise
 * @param askedSubjects drawn pictures that show exactly the subjects that the dialogue had told, of those for which it had told them
 * @param askedPlaces drawn pictures of the place that was told, likewise
 * @param pictures what the judge said of the drawn pictures, against the captions that they were drawn from
 * @param composed what the judge said of composed pictures of the same scenes: its own accuracy
 */
record Tally(
        int shared,
        int wrong,
        int missed,
        Share subjects,
        Share places,
        Share counts,
        Share askedSubjects,
        Share askedPlaces,
        JudgeScore pictures,
        JudgeScore composed) {

    /**
     * A share.
     *
     * @param right of these
     * @param all so many
     */
    record Share(int right, int all) {

        static final Share NONE = new Share(0, 0);

        /** One more, of which it was told or not what was right. */
        static Share of(boolean told, boolean right) {
            return told ? new Share(right ? 1 : 0, 1) : NONE;
        }

        Share plus(Share other) {
            return new Share(right + other.right, all + other.all);
        }

        double value() {
            return all == 0 ? 0 : (double) right / all;
        }
    }

    static Tally none() {
        return new Tally(
                0,
                0,
                0,
                Share.NONE,
                Share.NONE,
                Share.NONE,
                Share.NONE,
                Share.NONE,
                JudgeScore.none(),
                JudgeScore.none());
    }

    /** One agent turn: whether a photo was due, and whether one was shared. */
    static Tally turn(boolean due, boolean did) {
        return new Tally(
                due && did ? 1 : 0,
                !due && did ? 1 : 0,
                due && !did ? 1 : 0,
                Share.NONE,
                Share.NONE,
                Share.NONE,
                Share.NONE,
                Share.NONE,
                JudgeScore.none(),
                JudgeScore.none());
    }

    /** One caption, compared with its scene fact by fact. */
    static Tally caption(Share subjects, Share places, Share counts) {
        return new Tally(
                0, 0, 0, subjects, places, counts, Share.NONE, Share.NONE, JudgeScore.none(), JudgeScore.none());
    }

    /**
     * With a picture more.
     *
     * @param asked whether it shows the subjects that were told
     * @param there whether it shows the place that was told
     * @param drawn what the judge said of it
     * @param truth what the judge said of a composed one
     */
    Tally withPicture(Share asked, Share there, JudgeScore drawn, JudgeScore truth) {
        return new Tally(
                shared,
                wrong,
                missed,
                subjects,
                places,
                counts,
                askedSubjects.plus(asked),
                askedPlaces.plus(there),
                pictures.plus(drawn),
                composed.plus(truth));
    }

    Tally plus(Tally other) {
        return new Tally(
                shared + other.shared,
                wrong + other.wrong,
                missed + other.missed,
                subjects.plus(other.subjects),
                places.plus(other.places),
                counts.plus(other.counts),
                askedSubjects.plus(other.askedSubjects),
                askedPlaces.plus(other.askedPlaces),
                pictures.plus(other.pictures),
                composed.plus(other.composed));
    }

    double precision() {
        return new Share(shared, shared + wrong).value();
    }

    double recall() {
        return new Share(shared, shared + missed).value();
    }

    double f1() {
        return new Share(2 * shared, 2 * shared + wrong + missed).value();
    }
}

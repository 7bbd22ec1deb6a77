package dev.tandem.samples.evaluate;

/**
 * What happened in some dialogues, counted; tallies of dialogues add up.
 *
 * @param shared agent turns in which a photo was due and was shared
 * @param wrong agent turns in which a photo was shared and none was due
 * @param missed agent turns in which a photo was due and none was shared
 * @param captions captions compared with the scene that was due
 * @param captionSubjects of these, naming exactly its subjects
 * @param captionPlaces naming its place
 * @param captionCounts naming its number of each subject that it has
 * @param pictures what the judge said of the drawn pictures, against the captions that they were drawn from
 * @param composed what the judge said of composed pictures of the same scenes: its own accuracy
 */
record Tally(
        int shared,
        int wrong,
        int missed,
        int captions,
        int captionSubjects,
        int captionPlaces,
        int captionCounts,
        JudgeScore pictures,
        JudgeScore composed) {

    static Tally none() {
        return new Tally(0, 0, 0, 0, 0, 0, 0, JudgeScore.none(), JudgeScore.none());
    }

    /** One agent turn: whether a photo was due, and whether one was shared. */
    static Tally turn(boolean due, boolean did) {
        return new Tally(
                due && did ? 1 : 0,
                !due && did ? 1 : 0,
                due && !did ? 1 : 0,
                0,
                0,
                0,
                0,
                JudgeScore.none(),
                JudgeScore.none());
    }

    /** One caption, compared with its scene. */
    static Tally caption(boolean subjects, boolean place, boolean counts) {
        return new Tally(
                0, 0, 0, 1, subjects ? 1 : 0, place ? 1 : 0, counts ? 1 : 0, JudgeScore.none(), JudgeScore.none());
    }

    Tally withPicture(JudgeScore drawn, JudgeScore truth) {
        return new Tally(
                shared,
                wrong,
                missed,
                captions,
                captionSubjects,
                captionPlaces,
                captionCounts,
                pictures.plus(drawn),
                composed.plus(truth));
    }

    Tally plus(Tally other) {
        return new Tally(
                shared + other.shared,
                wrong + other.wrong,
                missed + other.missed,
                captions + other.captions,
                captionSubjects + other.captionSubjects,
                captionPlaces + other.captionPlaces,
                captionCounts + other.captionCounts,
                pictures.plus(other.pictures),
                composed.plus(other.composed));
    }

    double precision() {
        return share(shared, shared + wrong);
    }

    double recall() {
        return share(shared, shared + missed);
    }

    double f1() {
        return share(2 * shared, 2 * shared + wrong + missed);
    }

    double captionSubject() {
        return share(captionSubjects, captions);
    }

    double captionPlace() {
        return share(captionPlaces, captions);
    }

    double captionCount() {
        return share(captionCounts, captions);
    }

    private static double share(int part, int whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}

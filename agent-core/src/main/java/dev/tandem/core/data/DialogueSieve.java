package dev.tandem.core.data;

import dev.tandem.core.config.OneLine;
import dev.tandem.core.data.RawTurn.RawPhoto;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.vision.PictureFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the photos of dialogues, decides what is left of these without the missing ones, and counts. */
final class DialogueSieve {

    private static final int PROBLEMS_SHOWN = 10;

    private final MissingPhotos policy;
    private final AgentSide agent;
    private final boolean checkPictures;
    private final List<String> problems = new ArrayList<>();
    private long read;
    private long given;
    private long skipped;
    private long turns;
    private long photos;
    private long missing;
    private long damaged;
    private long uncaptioned;

    DialogueSieve(MissingPhotos policy, AgentSide agent, boolean checkPictures) {
        this.policy = policy;
        this.agent = agent;
        this.checkPictures = checkPictures;
    }

    /** A turn whose photo is a file; its side is not yet a speaker. */
    private record Kept(int side, String text, Optional<PhotoFile> photo) {}

    /** What is handed on of a dialogue: nothing, itself, or itself from either side. */
    List<RecordedDialogue> sift(String source, List<RawTurn> raw, PhotoFolder folder) {
        read++;
        turns += raw.size();
        List<Kept> kept = new ArrayList<>();
        boolean whole = true;
        for (int i = 0; i < raw.size(); i++) {
            RawTurn turn = raw.get(i);
            Optional<PhotoFile> photo = Optional.empty();
            if (turn.photo() != null) {
                long before = missing + damaged;
                photo = photo(turn.photo(), folder, source, i + 1);
                whole &= missing + damaged == before;
            }
            if (!turn.text().isEmpty() || photo.isPresent()) {
                kept.add(new Kept(turn.side(), turn.text(), photo));
            }
        }
        if (kept.isEmpty() || !whole && policy == MissingPhotos.SKIP_DIALOGUE) {
            skipped++;
            return List.of();
        }
        List<RecordedDialogue> result = agentSides(raw).stream()
                .map(side -> dialogue(source, kept, side))
                .toList();
        given += result.size();
        return result;
    }

    DataReport report() {
        return new DataReport(read, given, skipped, turns, photos, missing, damaged, uncaptioned, problems);
    }

    private List<Integer> agentSides(List<RawTurn> raw) {
        return switch (agent) {
            case AGENT -> List.of(1);
            case USER -> List.of(0);
            case BOTH -> List.of(1, 0);
            case SHARER ->
                List.of(raw.stream()
                        .filter(turn -> turn.photo() != null)
                        .map(RawTurn::side)
                        .findFirst()
                        .orElse(1));
        };
    }

    private static RecordedDialogue dialogue(String source, List<Kept> kept, int agentSide) {
        return new RecordedDialogue(
                source,
                kept.stream()
                        .map(turn -> new RecordedTurn(
                                turn.side == agentSide ? Speaker.AGENT : Speaker.USER, turn.text, turn.photo))
                        .toList());
    }

    private Optional<PhotoFile> photo(RawPhoto photo, PhotoFolder folder, String source, int turn) {
        photos++;
        if (photo.caption().isEmpty()) {
            uncaptioned++;
            return Optional.empty();
        }
        Optional<PhotoFolder.Found> found;
        try {
            found = folder.find(photo);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("turn " + turn + ": " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            missing++;
            problem(source, turn, "the photo " + photo.name() + " is not in " + folder.root());
            return Optional.empty();
        }
        PhotoFolder.Found file = found.get();
        if (checkPictures) {
            try {
                PictureFile.read(file.file());
            } catch (IllegalArgumentException e) {
                damaged++;
                problem(source, turn, String.valueOf(e.getMessage()));
                return Optional.empty();
            }
        }
        return Optional.of(new PhotoFile(photo.caption(), file.file(), file.url()));
    }

    private void problem(String source, int turn, String what) {
        if (policy == MissingPhotos.FAIL) {
            throw new IllegalArgumentException("turn " + turn + ": " + what);
        }
        if (problems.size() < PROBLEMS_SHOWN) {
            problems.add(OneLine.of(source + ": turn " + turn + ": " + what));
        }
    }
}

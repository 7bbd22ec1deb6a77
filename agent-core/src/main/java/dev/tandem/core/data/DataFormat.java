package dev.tandem.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.data.RawTurn.RawPhoto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a file of dialogues is laid out. All are JSON: one object for each dialogue, in one array or one after the other. Fields not named here are
 * passed over.
 */
public enum DataFormat {

    /**
     * Tandem's own, one dialogue a line, as {@code tandem corpus} writes it:
     *
     * <pre>{"turns":[{"speaker":"user","text":"..."},
     * {"speaker":"agent","text":"...","photo":{"file":"photos/7.png","caption":"..."}}]}</pre>
     *
     * {@code speaker} is {@code user} or {@code agent}. {@code text} may be missing where there is a photo. {@code file} is a path in the folder of
     * photos, with {@code /}. {@code "photo":"photos/7.png","caption":"..."} in the turn says the same.
     */
    JSONL("turns") {
        @Override
        List<RawTurn> turns(JsonNode dialogue) {
            List<RawTurn> result = new ArrayList<>();
            for (JsonNode turn : Fields.array(dialogue, "turns")) {
                String where = "turn " + (result.size() + 1);
                String speaker = Fields.text(turn, "speaker", where);
                if (!speaker.equals("user") && !speaker.equals("agent")) {
                    throw new IllegalArgumentException(where + ": speaker is user or agent, not '" + speaker + "'");
                }
                JsonNode photo = turn.path("photo");
                RawPhoto shared = photo.isMissingNode() || photo.isNull()
                        ? null
                        : photo.isTextual()
                                ? new RawPhoto(
                                        Fields.textOrEmpty(turn, "caption", where), photo.asText(), "", List.of())
                                : new RawPhoto(
                                        Fields.textOrEmpty(photo, "caption", where),
                                        Fields.textOrEmpty(photo, "file", where),
                                        "",
                                        List.of());
                String text =
                        shared == null ? Fields.text(turn, "text", where) : Fields.textOrEmpty(turn, "text", where);
                result.add(new RawTurn(speaker.equals("agent") ? 1 : 0, text, shared));
            }
            return result;
        }
    },

    /**
     * PhotoChat (Zang et al., 2021, arXiv 2108.01453), {@code train_00.json} and so on: an array of objects with {@code dialogue}, turns of
     * {@code message}, {@code share_photo} and {@code user_id}, and for the one photo {@code photo_description}, {@code photo_url} and, in newer
     * files, {@code photo_id}. Read from files of google-research/multimodalchat.
     */
    PHOTOCHAT("dialogue", "message") {
        @Override
        List<RawTurn> turns(JsonNode dialogue) {
            List<RawTurn> result = new ArrayList<>();
            Map<String, Integer> speakers = new LinkedHashMap<>();
            for (JsonNode turn : Fields.array(dialogue, "dialogue")) {
                String where = "turn " + (result.size() + 1);
                String text = Fields.text(turn, "message", where);
                JsonNode user = turn.path("user_id");
                if (!user.isInt() || !turn.path("share_photo").isBoolean()) {
                    throw new IllegalArgumentException(
                            where + ": a turn has a whole number user_id and share_photo, true or false");
                }
                RawPhoto photo = turn.path("share_photo").asBoolean()
                        ? new RawPhoto(
                                Fields.textOrEmpty(dialogue, "photo_description", "the dialogue"),
                                "",
                                Fields.textOrEmpty(dialogue, "photo_id", "the dialogue"),
                                Fields.some(Fields.textOrEmpty(dialogue, "photo_url", "the dialogue")))
                        : null;
                result.add(new RawTurn(Fields.side(speakers, user.asText()), text, photo));
            }
            return result;
        }
    },

    /**
     * DialogCC (Lee et al., 2024, arXiv 2212.04119), {@code train.json} and so on: {@code dialogue} with turns of {@code utterance}, {@code speaker},
     * {@code description} and {@code shared_image}, a list of objects with {@code image_url}, any of which shows what the description says; the
     * first that there is a file of is taken. Read from the card of huggingface.co/datasets/passing2961/dialogcc and from programs that load it.
     */
    DIALOGCC("dialogue", "utterance") {
        @Override
        List<RawTurn> turns(JsonNode dialogue) {
            List<RawTurn> result = new ArrayList<>();
            Map<String, Integer> speakers = new LinkedHashMap<>();
            for (JsonNode turn : Fields.array(dialogue, "dialogue")) {
                String where = "turn " + (result.size() + 1);
                List<String> urls = new ArrayList<>();
                for (JsonNode image : turn.path("shared_image")) {
                    urls.add(Fields.text(image, "image_url", where));
                }
                RawPhoto photo = urls.isEmpty()
                        ? null
                        : new RawPhoto(Fields.firstText(turn.path("description")), "", "", List.copyOf(urls));
                result.add(new RawTurn(
                        Fields.side(speakers, Fields.text(turn, "speaker", where)),
                        Fields.text(turn, "utterance", where),
                        photo));
            }
            return result;
        }
    },

    /**
     * MMDialog (Feng et al., 2023, arXiv 2211.05719), {@code conversations.json}: {@code conversation} with elements of {@code turn}, each a list of
     * {@code {"__TEXT__": ...}} and {@code {"__MEDIA__": key}}; the photo of a key is {@code key.jpg}. Speakers take turns. The data have no captions:
     * write {@code {"__MEDIA__": key, "caption": ...}} where you have some, other photos are left out. Read from the pictures in the README of
     * victorsungo/MMDialog and the example in eric-ai-lab/MiniGPT-5.
     */
    MMDIALOG("conversation") {
        @Override
        List<RawTurn> turns(JsonNode dialogue) {
            List<RawTurn> result = new ArrayList<>();
            int number = 0;
            for (JsonNode each : Fields.array(dialogue, "conversation")) {
                number++;
                int side = (number + 1) % 2;
                for (JsonNode part : Fields.array(each, "turn")) {
                    String where = "turn " + number;
                    RawPhoto photo = part.has("__MEDIA__")
                            ? new RawPhoto(
                                    Fields.textOrEmpty(part, "caption", where),
                                    "",
                                    Fields.text(part, "__MEDIA__", where),
                                    List.of())
                            : null;
                    String text = photo == null ? Fields.text(part, "__TEXT__", where) : "";
                    int last = result.size() - 1;
                    boolean follows = photo != null
                            && last >= 0
                            && part != each.path("turn").get(0)
                            && result.get(last).photo() == null;
                    if (follows) {
                        result.set(last, new RawTurn(side, result.get(last).text(), photo));
                    } else {
                        result.add(new RawTurn(side, text, photo));
                    }
                }
            }
            return result;
        }
    };

    private final String list;
    private final String inTurn;

    DataFormat(String list) {
        this(list, "");
    }

    DataFormat(String list, String inTurn) {
        this.list = list;
        this.inTurn = inTurn;
    }

    /** The turns of one dialogue; refuses with the turn and the field. */
    abstract List<RawTurn> turns(JsonNode dialogue);

    /**
     * Tells by its fields what a dialogue is.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    static DataFormat of(JsonNode dialogue) {
        for (DataFormat format : values()) {
            JsonNode turns = dialogue.path(format.list);
            if (turns.isArray() && (format.inTurn.isEmpty() || turns.path(0).has(format.inTurn))) {
                return format;
            }
        }
        throw new IllegalArgumentException(
                "this is no dialogue: it has neither 'turns' (JSON lines) nor 'dialogue' (PhotoChat, DialogCC) nor"
                        + " 'conversation' (MMDialog) with turns in it");
    }
}

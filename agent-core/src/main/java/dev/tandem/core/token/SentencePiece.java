package dev.tandem.core.token;

import com.google.protobuf.CodedInputStream;
import dev.tandem.core.weights.WeightException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A SentencePiece model (Kudo and Richardson 2018): the fields of sentencepiece_model.proto's ModelProto that transformers' converters
 * read.
 */
final class SentencePiece {

    static final String BLANK = "\u2581";

    /** How a text is cut into pieces: {@code TrainerSpec.ModelType}. */
    static final int UNIGRAM = 1;

    static final int BYTE_PAIRS = 2;

    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int MOST_PIECES = 1 << 21;

    // tags: the number of a field, then how it is written (0 a number, 2 bytes, 5 four bytes)
    private static final int MODEL_PIECE = 1 << 3 | 2;
    private static final int MODEL_TRAINER = 2 << 3 | 2;
    private static final int MODEL_NORMALIZER = 3 << 3 | 2;
    private static final int PIECE_TEXT = 1 << 3 | 2;
    private static final int PIECE_SCORE = 2 << 3 | 5;
    private static final int PIECE_TYPE = 3 << 3;
    private static final int TRAINER_KIND = 3 << 3;
    private static final int TRAINER_UNKNOWN_ID = 40 << 3;
    private static final int TRAINER_UNKNOWN_PIECE = 45 << 3 | 2;
    private static final int NORMALIZER_CHARS = 2 << 3 | 2;

    private final Path file;
    private final List<Piece> pieces = new ArrayList<>();
    private int kind = UNIGRAM;
    private int unknownId;
    private String unknownPiece = "<unk>";
    private byte[] charsMap = {};

    private SentencePiece(Path file) {
        this.file = file;
    }

    /**
     * A piece.
     *
     * @param score its log probability, or its place in the order of merges
     * @param type what it stands for
     */
    record Piece(String text, float score, int type) {

        boolean control() {
            return type == CONTROL;
        }

        boolean userDefined() {
            return type == USER_DEFINED;
        }
    }

    /**
     * Reads a file.
     *
     * @throws WeightException if it is missing, damaged, or no SentencePiece model
     */
    static SentencePiece read(Path file) {
        return read(file, TokenFile.bytes(file));
    }

    static SentencePiece read(Path file, byte[] bytes) {
        SentencePiece model = new SentencePiece(file);
        try {
            model.read(CodedInputStream.newInstance(bytes));
        } catch (IOException e) {
            throw new WeightException(
                    file + " is no SentencePiece model, or damaged (" + e.getMessage() + "); copy or download it again",
                    e);
        }
        if (model.pieces.isEmpty()) {
            throw new WeightException(file + " is no SentencePiece model: it has no pieces");
        }
        return model;
    }

    private void read(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case MODEL_PIECE -> {
                    int outer = in.pushLimit(in.readRawVarint32());
                    pieces.add(piece(in));
                    in.popLimit(outer);
                    if (pieces.size() > MOST_PIECES) {
                        throw new WeightException(file + " has more than " + MOST_PIECES + " pieces and is not read");
                    }
                }
                case MODEL_TRAINER -> {
                    int outer = in.pushLimit(in.readRawVarint32());
                    trainer(in);
                    in.popLimit(outer);
                }
                case MODEL_NORMALIZER -> {
                    int outer = in.pushLimit(in.readRawVarint32());
                    normalizer(in);
                    in.popLimit(outer);
                }
                default -> in.skipField(tag);
            }
        }
    }

    private static Piece piece(CodedInputStream in) throws IOException {
        String text = "";
        float score = 0;
        int type = NORMAL;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case PIECE_TEXT -> text = in.readStringRequireUtf8();
                case PIECE_SCORE -> score = in.readFloat();
                case PIECE_TYPE -> type = in.readEnum();
                default -> in.skipField(tag);
            }
        }
        return new Piece(text, score, type);
    }

    private void trainer(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case TRAINER_KIND -> kind = in.readEnum();
                case TRAINER_UNKNOWN_ID -> unknownId = in.readInt32();
                case TRAINER_UNKNOWN_PIECE -> unknownPiece = in.readStringRequireUtf8();
                default -> in.skipField(tag);
            }
        }
    }

    private void normalizer(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case NORMALIZER_CHARS -> charsMap = in.readByteArray();
                default -> in.skipField(tag);
            }
        }
    }

    /** Where it was read, for errors. */
    Path file() {
        return file;
    }

    /** Pieces by id. */
    List<Piece> pieces() {
        return pieces;
    }

    /** {@link #UNIGRAM}, {@link #BYTE_PAIRS} or another, which no model here has. */
    int kind() {
        return kind;
    }

    /** The id of what has no piece. */
    int unknownId() {
        return unknownId;
    }

    /** The piece of what has no piece. */
    String unknownPiece() {
        return unknownPiece;
    }

    /** Rules of normalisation, compiled by SentencePiece; empty for none. */
    byte[] charsMap() {
        return charsMap.clone();
    }
}

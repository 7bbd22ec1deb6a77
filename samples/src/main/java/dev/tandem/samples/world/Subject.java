package dev.tandem.samples.world;

import static dev.tandem.samples.world.Subject.Kind.ANIMAL;
import static dev.tandem.samples.world.Subject.Kind.FOOD;
import static dev.tandem.samples.world.Subject.Kind.THING;
import static dev.tandem.samples.world.Subject.Kind.VEHICLE;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * What a scene can show. The first name is the usual one; each further name means the same and stands for no other subject.
 * Sprites are Microsoft's Fluent emoji, chosen because they show the whole body and cannot be taken for each other when small.
 */
public enum Subject {
    DOG(ANIMAL, 0.85, "golden", "dog/dogs", "puppy/puppies"),
    CAT(ANIMAL, 0.80, "black", "cat/cats", "kitty/kitties"),
    HORSE(ANIMAL, 1.00, "brown", "horse/horses"),
    COW(ANIMAL, 1.00, "spotted", "cow/cows"),
    PIG(ANIMAL, 0.85, "pink", "pig/pigs"),
    SHEEP(ANIMAL, 0.85, "white", "sheep/sheep"),
    RABBIT(ANIMAL, 0.75, "white", "rabbit/rabbits", "bunny/bunnies"),
    ELEPHANT(ANIMAL, 1.00, "gray", "elephant/elephants"),
    GIRAFFE(ANIMAL, 1.00, "tall", "giraffe/giraffes"),
    TIGER(ANIMAL, 0.95, "orange", "tiger/tigers"),
    PENGUIN(ANIMAL, 0.80, "little", "penguin/penguins"),
    DUCK(ANIMAL, 0.75, "little", "duck/ducks"),
    FLAMINGO(ANIMAL, 0.90, "pink", "flamingo/flamingos"),
    TURTLE(ANIMAL, 0.75, "little", "turtle/turtles"),
    CRAB(ANIMAL, 0.75, "pink", "crab/crabs"),
    DINOSAUR(ANIMAL, 1.00, "big", "dinosaur/dinosaurs", "dino/dinos"),

    CAR(VEHICLE, 0.95, 350, "car/cars"),
    BUS(VEHICLE, 1.00, 36, "bus/buses"),
    TRACTOR(VEHICLE, 1.00, 148, "tractor/tractors"),
    BICYCLE(VEHICLE, 0.90, 352, "bicycle/bicycles", "bike/bikes"),
    SCOOTER(VEHICLE, 0.85, 348, "scooter/scooters"),
    TRAIN(VEHICLE, 1.00, "old", "train/trains"),
    HELICOPTER(VEHICLE, 1.00, "orange", "helicopter/helicopters"),
    ROCKET(VEHICLE, 1.00, "white", "rocket/rockets"),
    SAILBOAT(VEHICLE, 1.00, "little", "sailboat/sailboats"),
    UFO(VEHICLE, 0.95, "silver", "ufo/ufos", "flying saucer/flying saucers"),

    PIZZA(FOOD, 0.80, "big", "slice of pizza/slices of pizza", "pizza/pizzas"),
    BURGER(FOOD, 0.80, "big", "burger/burgers", "hamburger/hamburgers"),
    CAKE(FOOD, 0.85, "pink", "birthday cake/birthday cakes", "cake/cakes"),
    DONUT(FOOD, 0.75, "chocolate", "donut/donuts"),
    WATERMELON(FOOD, 0.80, "fresh", "slice of watermelon/slices of watermelon", "watermelon/watermelons"),
    ICE_CREAM(FOOD, 0.80, "pink", "ice cream/ice creams", "ice cream cone/ice cream cones"),

    UMBRELLA(THING, 0.90, 262, "umbrella/umbrellas"),
    BALLOON(THING, 0.95, 335, "balloon/balloons"),
    GIFT(THING, 0.80, 44, "gift/gifts", "present/presents"),
    SNOWMAN(THING, 0.90, "happy", "snowman/snowmen"),
    CHRISTMAS_TREE(THING, 1.00, "green", "christmas tree/christmas trees"),
    ROBOT(THING, 0.85, "little", "robot/robots"),
    TEDDY_BEAR(THING, 0.80, "brown", "teddy bear/teddy bears", "teddy/teddies"),
    SUNFLOWER(THING, 0.95, "tall", "sunflower/sunflowers");

    /** What sort of thing a subject is; captions and dialogues speak of the sorts in different words. */
    public enum Kind {
        ANIMAL("animal/animals"),
        VEHICLE("vehicle/vehicles"),
        FOOD("dish/dishes"),
        THING("thing/things");

        private final Name usualName;

        Kind(String name) {
            this.usualName = Name.parse(name);
        }

        /** What one calls a subject of this sort without saying which. */
        public Name usualName() {
            return usualName;
        }
    }

    /**
     * One of the names of a subject.
     *
     * @param one "rabbit"
     * @param many "rabbits"
     */
    public record Name(String one, String many) {

        private static Name parse(String pair) {
            return new Name(pair.substring(0, pair.indexOf('/')), pair.substring(pair.indexOf('/') + 1));
        }

        /** With an article: "a rabbit", "an umbrella". */
        public String withArticle() {
            return articleFor(one) + " " + one;
        }

        /** The form for a number of them. */
        public String forCount(int count) {
            return count == 1 ? one : many;
        }
    }

    private static final int NOT_PAINTABLE = -1;

    private final Kind kind;
    private final double size;
    private final String look;
    private final int hueDegrees;
    private final List<Name> names;

    Subject(Kind kind, double size, String look, String... names) {
        this(kind, size, look, NOT_PAINTABLE, names);
    }

    Subject(Kind kind, double size, int hueDegrees, String... names) {
        this(kind, size, "", hueDegrees, names);
    }

    Subject(Kind kind, double size, String look, int hueDegrees, String... names) {
        this.kind = kind;
        this.size = size;
        this.look = look;
        this.hueDegrees = hueDegrees;
        this.names = Arrays.stream(names).map(Name::parse).toList();
    }

    /** The indefinite article of a word: "a" or "an". */
    static String articleFor(String word) {
        return word.startsWith("ufo") || "aeiou".indexOf(word.charAt(0)) < 0 ? "a" : "an";
    }

    /** What sort of thing it is. */
    public Kind kind() {
        return kind;
    }

    /** Its names, the usual one first. */
    public List<Name> names() {
        return names;
    }

    /** The usual name. */
    public Name usualName() {
        return names.get(0);
    }

    /** Whether a scene can show it in each {@link Colour}. */
    public boolean paintable() {
        return hueDegrees != NOT_PAINTABLE;
    }

    /** A word for what it looks like anyway, as in "brown horse"; empty for a paintable subject. It is no fact of a scene. */
    String look() {
        return look;
    }

    /** Where one would look for it first. */
    public List<Place> homes() {
        return switch (this) {
            case DOG -> List.of(Place.BEACH, Place.FARM, Place.CITY);
            case CAT -> List.of(Place.KITCHEN, Place.CITY, Place.FARM);
            case HORSE, COW, SHEEP -> List.of(Place.FARM, Place.MOUNTAINS);
            case PIG, TRACTOR -> List.of(Place.FARM);
            case RABBIT -> List.of(Place.FOREST, Place.FARM);
            case ELEPHANT, GIRAFFE -> List.of(Place.DESERT, Place.LAKE);
            case TIGER -> List.of(Place.FOREST, Place.LAKE);
            case PENGUIN -> List.of(Place.SNOW, Place.BEACH);
            case DUCK, FLAMINGO -> List.of(Place.LAKE, Place.BEACH);
            case TURTLE, CRAB -> List.of(Place.BEACH, Place.LAKE);
            case DINOSAUR -> List.of(Place.FOREST, Place.DESERT, Place.MOUNTAINS);
            case CAR -> List.of(Place.CITY, Place.BEACH, Place.DESERT);
            case BUS, SCOOTER -> List.of(Place.CITY, Place.BEACH);
            case BICYCLE -> List.of(Place.CITY, Place.LAKE, Place.FOREST);
            case TRAIN -> List.of(Place.MOUNTAINS, Place.DESERT);
            case HELICOPTER -> List.of(Place.CITY, Place.MOUNTAINS);
            case ROCKET -> List.of(Place.MOON, Place.DESERT);
            case SAILBOAT -> List.of(Place.LAKE, Place.BEACH);
            case UFO -> List.of(Place.MOON, Place.DESERT, Place.FARM);
            case PIZZA, BURGER, CAKE, DONUT -> List.of(Place.KITCHEN, Place.CITY);
            case WATERMELON, ICE_CREAM -> List.of(Place.BEACH, Place.KITCHEN);
            case UMBRELLA -> List.of(Place.CITY, Place.BEACH);
            case BALLOON -> List.of(Place.CITY, Place.LAKE, Place.FARM);
            case GIFT, TEDDY_BEAR -> List.of(Place.KITCHEN, Place.SNOW);
            case SNOWMAN -> List.of(Place.SNOW, Place.MOUNTAINS);
            case CHRISTMAS_TREE -> List.of(Place.SNOW, Place.FOREST, Place.KITCHEN);
            case ROBOT -> List.of(Place.MOON, Place.CITY, Place.KITCHEN);
            case SUNFLOWER -> List.of(Place.FARM, Place.LAKE);
        };
    }

    /** Height beside other subjects, from 0 to 1. */
    double size() {
        return size;
    }

    /** Hue in degrees of the part of the sprite that takes a colour. */
    OptionalInt paintHue() {
        return paintable() ? OptionalInt.of(hueDegrees) : OptionalInt.empty();
    }

    /** How far from that hue, in degrees, a pixel is still paint; a balloon turns violet towards its lower end. */
    int paintReach() {
        return this == BALLOON ? 62 : 31;
    }

    /** Name of its sprite among the resources. */
    String sprite() {
        return "sprites/" + name().toLowerCase(Locale.ROOT) + ".png";
    }
}

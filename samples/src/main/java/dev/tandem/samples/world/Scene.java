package dev.tandem.samples.world;

import java.util.List;
import java.util.Optional;

/**
 * What a picture shows: one to three of a kind, or a pair of two subjects, in a place at a time. All that a caption can be right or
 * wrong about is here; where exactly things stand and which clouds hang over them is the painter's choice.
 *
 * @param items one item, or two items of one subject each for a pair
 * @param place where
 * @param time when; on the moon always {@link TimeOfDay#NIGHT}
 * @param relation how the first item stands to the second; empty without a second
 */
public record Scene(List<Item> items, Place place, TimeOfDay time, Optional<Relation> relation) {

    public Scene {
        items = List.copyOf(items);
        if (items.isEmpty() || items.size() > 2) {
            throw new IllegalArgumentException("a scene has one item or a pair, not " + items.size());
        }
        if (relation.isPresent() != (items.size() == 2)) {
            throw new IllegalArgumentException(
                    "a relation stands between two items; got " + items.size() + " with relation " + relation);
        }
        if (items.size() == 2
                && (items.get(0).count() != 1
                        || items.get(1).count() != 1
                        || items.get(0).subject() == items.get(1).subject())) {
            throw new IllegalArgumentException("a pair is one of each of two different subjects; got " + items);
        }
        if (!place.hasTime() && time != TimeOfDay.NIGHT) {
            throw new IllegalArgumentException("the moon's sky is always dark; give NIGHT instead of " + time);
        }
    }

    /** One or more of a kind. On the moon the time given does not matter. */
    public static Scene of(Item item, Place place, TimeOfDay time) {
        return new Scene(List.of(item), place, timeAt(place, time), Optional.empty());
    }

    /** Two subjects side by side. On the moon the time given does not matter. */
    public static Scene pair(Item first, Relation relation, Item second, Place place, TimeOfDay time) {
        return new Scene(List.of(first, second), place, timeAt(place, time), Optional.of(relation));
    }

    /** The first item, or the only one. */
    public Item first() {
        return items.get(0);
    }

    /** Whether two different subjects are shown. */
    public boolean isPair() {
        return items.size() == 2;
    }

    /** The same elsewhere. */
    public Scene withPlace(Place newPlace) {
        return new Scene(items, newPlace, timeAt(newPlace, time), relation);
    }

    /** The same at another time; on the moon nothing changes. */
    public Scene withTime(TimeOfDay newTime) {
        return new Scene(items, place, timeAt(place, newTime), relation);
    }

    /** One item instead of what was there. */
    public Scene withItem(Item item) {
        return new Scene(List.of(item), place, time, Optional.empty());
    }

    private static TimeOfDay timeAt(Place place, TimeOfDay time) {
        return place.hasTime() ? time : TimeOfDay.NIGHT;
    }
}

package dev.tandem.samples.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SceneTest {

    @Test
    void thereAreFortySubjectsAndTenPlaces() {
        assertEquals(40, Subject.values().length);
        assertEquals(10, Place.values().length);
        assertEquals(
                8, List.of(Subject.values()).stream().filter(Subject::paintable).count());
    }

    @Test
    void impossibleScenesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Item.many(Subject.DOG, 4));
        assertThrows(IllegalArgumentException.class, () -> Item.many(Subject.DOG, 0));
        assertThrows(IllegalArgumentException.class, () -> Item.one(Colour.BLUE, Subject.DOG));
        Item dog = Item.one(Subject.DOG);
        assertThrows(
                IllegalArgumentException.class,
                () -> Scene.pair(dog, Relation.NEXT_TO, dog, Place.FARM, TimeOfDay.DAY));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Scene(List.of(dog), Place.FARM, TimeOfDay.DAY, Optional.of(Relation.NEXT_TO)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Scene(List.of(), Place.FARM, TimeOfDay.DAY, Optional.empty()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Scene(List.of(dog), Place.MOON, TimeOfDay.DAY, Optional.empty()));
    }

    @Test
    void onTheMoonItIsAlwaysNight() {
        Scene scene = Scene.of(Item.one(Subject.ROBOT), Place.MOON, TimeOfDay.DAY);
        assertEquals(TimeOfDay.NIGHT, scene.time());
        assertEquals(scene, scene.withTime(TimeOfDay.RAIN));
    }
}

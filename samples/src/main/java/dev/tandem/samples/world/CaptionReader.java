package dev.tandem.samples.world;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the facts in a caption, or in any other sentence about a picture. It looks for words and not for a grammar, so a caption with
 * a mistake still gives the facts that are told: "two red car beach" is two red cars on the beach.
 */
public final class CaptionReader {

    /** Longer texts are cut here. */
    private static final int LONGEST = 4000;

    /** Words between a number or colour and its subject, as in "two very big brown horses". */
    private static final int REACH = 5;

    private record Name(List<String> words, Subject subject, boolean one, boolean many) {}

    private record Found(Name name, int start, int end) {}

    /** By their first word, the longest first, so that an ice cream cone is not read as an ice cream. */
    private static final Map<String, List<Name>> NAMES = names();

    private static final Map<String, Colour> COLOURS =
            Arrays.stream(Colour.values()).collect(Collectors.toMap(Colour::word, colour -> colour));
    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("a", 1),
            Map.entry("an", 1),
            Map.entry("one", 1),
            Map.entry("1", 1),
            Map.entry("single", 1),
            Map.entry("two", 2),
            Map.entry("2", 2),
            Map.entry("couple", 2),
            Map.entry("pair", 2),
            Map.entry("three", 3),
            Map.entry("3", 3));
    private static final Map<String, Place> PLACES = places();
    private static final Map<String, TimeOfDay> TIMES = Map.ofEntries(
            Map.entry("rain", TimeOfDay.RAIN),
            Map.entry("rainy", TimeOfDay.RAIN),
            Map.entry("raining", TimeOfDay.RAIN),
            Map.entry("night", TimeOfDay.NIGHT),
            Map.entry("starry", TimeOfDay.NIGHT),
            Map.entry("nighttime", TimeOfDay.NIGHT),
            Map.entry("sunset", TimeOfDay.SUNSET),
            Map.entry("dusk", TimeOfDay.SUNSET),
            Map.entry("goes", TimeOfDay.SUNSET),
            Map.entry("sunny", TimeOfDay.DAY),
            Map.entry("sunshine", TimeOfDay.DAY),
            Map.entry("daytime", TimeOfDay.DAY));

    private CaptionReader() {}

    /** The facts that a text tells. */
    public static CaptionFacts read(String text) {
        List<String> words = words(text);
        List<Found> found = find(words);
        List<CaptionFacts.Mention> mentions = new ArrayList<>();
        int free = 0;
        for (Found one : found) {
            boolean named = mentions.stream()
                    .anyMatch(mention -> mention.subject() == one.name().subject());
            if (!named) {
                mentions.add(mention(one, words.subList(Math.max(free, one.start() - REACH), one.start())));
            }
            free = one.end();
        }
        return new CaptionFacts(mentions, first(words, PLACES), first(words, TIMES), relation(words, found));
    }

    /** Letters and digits in lower case; all else parts words. */
    static List<String> words(String text) {
        String bounded = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
        return Arrays.stream(bounded.toLowerCase(Locale.ROOT).split("[^a-z0-9]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static List<Found> find(List<String> words) {
        List<Found> found = new ArrayList<>();
        for (int start = 0; start < words.size(); ) {
            int end = start + 1;
            for (Name name : NAMES.getOrDefault(words.get(start), List.of())) {
                int length = name.words().size();
                if (start + length <= words.size()
                        && words.subList(start, start + length).equals(name.words())) {
                    end = start + length;
                    found.add(new Found(name, start, end));
                    break;
                }
            }
            start = end;
        }
        return found;
    }

    private static CaptionFacts.Mention mention(Found found, List<String> before) {
        OptionalInt count = found.name().one() && !found.name().many() ? OptionalInt.of(1) : OptionalInt.empty();
        Optional<Colour> colour = Optional.empty();
        boolean counted = false;
        for (int i = before.size() - 1; i >= 0; i--) {
            String word = before.get(i);
            if (!counted && NUMBERS.containsKey(word)) {
                count = OptionalInt.of(NUMBERS.get(word));
                counted = true;
            }
            if (colour.isEmpty() && found.name().subject().paintable()) {
                colour = Optional.ofNullable(COLOURS.get(word));
            }
        }
        return new CaptionFacts.Mention(found.name().subject(), count, colour);
    }

    /** The first word that a map knows, and what it means. */
    private static <T> Optional<T> first(List<String> words, Map<String, T> meanings) {
        return words.stream().filter(meanings::containsKey).findFirst().map(meanings::get);
    }

    private static Optional<Relation> relation(List<String> words, List<Found> found) {
        long subjects =
                found.stream().map(one -> one.name().subject()).distinct().count();
        if (subjects != 2) {
            return Optional.empty();
        }
        Set<String> between = Set.copyOf(
                words.subList(found.get(0).end(), found.get(found.size() - 1).start()));
        if (between.contains("left")) {
            return Optional.of(Relation.LEFT_OF);
        }
        return Optional.of(between.contains("right") ? Relation.RIGHT_OF : Relation.NEXT_TO);
    }

    private static Map<String, List<Name>> names() {
        Map<List<String>, Name> names = new HashMap<>();
        for (Subject subject : Subject.values()) {
            for (Subject.Name name : subject.names()) {
                boolean same = name.one().equals(name.many());
                List<String> one = words(name.one());
                List<String> many = words(name.many());
                names.put(one, new Name(one, subject, true, same));
                names.put(many, new Name(many, subject, same, true));
            }
        }
        return names.values().stream()
                .sorted(Comparator.comparing((Name name) -> name.words().size()).reversed())
                .collect(Collectors.groupingBy(name -> name.words().get(0)));
    }

    private static Map<String, Place> places() {
        Map<String, Place> places = new HashMap<>();
        for (Place place : Place.values()) {
            places.put(place.noun(), place);
            place.otherNouns().forEach(noun -> places.put(noun, place));
        }
        return Map.copyOf(places);
    }
}

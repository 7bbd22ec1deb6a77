package dev.tandem.samples.world;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * How a person types: with or without capitals and full stops, sometimes in short forms, rarely with a slip of the finger. Words that name
 * a fact of a scene are never misspelt.
 *
 * @param capitals whether sentences begin with one
 * @param stops whether a message ends with a full stop or question mark
 * @param shortForms whether "you" may be "u"
 */
record UserStyle(boolean capitals, boolean stops, boolean shortForms) {

    private static final Map<String, String> SHORT =
            Map.of("you", "u", "please", "pls", "picture", "pic", "okay", "ok", "thanks", "thx", "are", "r");
    private static final Set<String> SPELT_RIGHT = factWords();

    static UserStyle draw(RandomGenerator random) {
        return new UserStyle(random.nextInt(100) < 45, random.nextInt(100) < 55, random.nextInt(100) < 8);
    }

    /** A sentence as this person types it. */
    String type(String text, RandomGenerator random) {
        String typed = text;
        if (shortForms) {
            StringBuilder words = new StringBuilder();
            for (String word : text.split(" ")) {
                words.append(words.isEmpty() ? "" : " ")
                        .append(random.nextBoolean() ? SHORT.getOrDefault(word, word) : word);
            }
            typed = words.toString();
        }
        if (random.nextInt(100) < 4) {
            typed = slip(typed, random);
        }
        if (!stops) {
            typed = typed.replaceAll("[.?]$", "");
        } else if (Character.isLetter(typed.charAt(typed.length() - 1)) && random.nextInt(3) == 0) {
            typed += ".";
        }
        return capitals ? Sentences.capitalised(typed) : typed.toLowerCase(Locale.ROOT);
    }

    /** Two letters swapped, one left out or one doubled. */
    private static String slip(String text, RandomGenerator random) {
        String[] words = text.split(" ");
        int at = random.nextInt(words.length);
        String word = words[at];
        if (word.length() < 4
                || !word.chars().allMatch(letter -> letter >= 'a' && letter <= 'z')
                || SPELT_RIGHT.contains(word)) {
            return text;
        }
        int letter = 1 + random.nextInt(word.length() - 2);
        words[at] = switch (random.nextInt(3)) {
            case 0 ->
                word.substring(0, letter) + word.charAt(letter + 1) + word.charAt(letter) + word.substring(letter + 2);
            case 1 -> word.substring(0, letter) + word.substring(letter + 1);
            default -> word.substring(0, letter) + word.charAt(letter) + word.substring(letter);
        };
        return String.join(" ", words);
    }

    private static Set<String> factWords() {
        Set<String> words = new HashSet<>(List.of(
                "left", "right", "next", "three", "one", "two", "sunny", "sunset", "night", "rain", "rainy",
                "daytime"));
        for (Subject subject : Subject.values()) {
            subject.names().forEach(name -> {
                words.addAll(List.of(name.one().split(" ")));
                words.addAll(List.of(name.many().split(" ")));
            });
        }
        for (Place place : Place.values()) {
            words.add(place.noun());
            words.addAll(place.otherNouns());
        }
        for (Colour colour : Colour.values()) {
            words.add(colour.word());
        }
        return Set.copyOf(words);
    }
}

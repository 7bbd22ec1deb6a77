package dev.tandem.core.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsHeaderTest {

    private static SafetensorsHeader parse(String json, long dataBytes) {
        return SafetensorsHeader.parse(json.getBytes(StandardCharsets.UTF_8), dataBytes, "x.safetensors");
    }

    @Test
    void readsTensorsInTheOrderOfTheirValues() {
        SafetensorsHeader header = parse("""
                {"b":{"dtype":"F16","shape":[3],"data_offsets":[8,14]},"__metadata__":{"format":"pt"},
                 "a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"none":{"dtype":"I64","shape":[0,5],"data_offsets":[14,14]},
                 "scalar":{"dtype":"BOOL","shape":[],"data_offsets":[14,15]}}""" + "   ", 15);
        assertEquals(
                List.of("a", "b", "none", "scalar"),
                List.copyOf(header.tensors().keySet()));
        assertArrayEquals(new long[] {2, 1}, header.tensors().get("a").shape());
        assertEquals("pt", header.metadata().get("format"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            does not begin with {    |                                                                              | 0
            does not begin with {    | [1]                                                                          | 0
            not the JSON             | {"a":                                                                        | 0
            something follows        | {} {}                                                                        | 0
            bytes after the last     | {}                                                                           | 4
            Duplicate field 'a'      | {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}} | 2
            Duplicate field 'shape'  | {"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}            | 1
            lacks its dtype          | {"a":{"shape":[1],"data_offsets":[0,1]}}                                     | 1
            lacks its dtype          | {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}                      | 1
            unknown field            | {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":{}}}              | 1
            a type that Tandem       | {"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,1]}}                        | 1
            whole numbers            | {"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}                      | 1
            whole numbers            | {"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}                      | 1
            has the shape            | {"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}                       | 1
            impossible shape         | {"a":{"dtype":"U8","shape":[9223372036854775807,9],"data_offsets":[0,1]}}    | 1
            its place has            | {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,3]}}                       | 3
            is said to lie           | {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,2]}}                        | 1
            is said to lie           | {"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}                        | 1
            is said to lie           | {"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}                       | 1
            there is a hole          | {"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}                        | 2
            values overlap           | {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}} | 3
            something else           | {"__metadata__":{"a":1}}                                                     | 0
            something else           | {"a":[]}                                                                     | 0
            """)
    void refusesWhatBreaksARule(String why, String json, long dataBytes) {
        String header = json == null ? "" : json;
        WeightException e = assertThrows(WeightException.class, () -> parse(header, dataBytes));
        assertTrue(e.getMessage().contains(why), e.getMessage());
        assertTrue(e.getMessage().startsWith("x.safetensors "), e.getMessage());
    }

    @Test
    void refusesWhatIsNotUtf8() {
        byte[] bytes = "{\"a?\":{}}".getBytes(StandardCharsets.ISO_8859_1);
        bytes[3] = (byte) 0xe9;
        WeightException e =
                assertThrows(WeightException.class, () -> SafetensorsHeader.parse(bytes, 0, "x.safetensors"));
        assertTrue(e.getMessage().contains("not UTF-8"), e.getMessage());
    }

    @Test
    void aMessageStaysOneShortLineWhateverTheFileSays() {
        String hostile =
                "{\"a\\n\\u001b[2J" + "k".repeat(5000) + "\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,1]}}";
        WeightException e = assertThrows(WeightException.class, () -> parse(hostile, 1));
        assertTrue(
                e.getMessage().codePoints().noneMatch(Character::isISOControl)
                        && e.getMessage().length() < 300,
                e.getMessage());
    }

    @Test
    void refusesDeepNestingWithoutFollowingIt() {
        String deep = "{\"a\":{\"dtype\":\"U8\",\"shape\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}}";
        assertThrows(WeightException.class, () -> parse(deep, 0));
    }
}

package dev.tandem.samples.train;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.agent.Version;
import dev.tandem.core.vision.PngFile;
import dev.tandem.samples.output.OutputFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's sample pictures: {@code step-STEP-NUMBER.png} and, in {@code captions.json}, what they show.
 *
 * @param folder of them
 */
record SampleFiles(Path folder) {

    private static final Logger LOG = LoggerFactory.getLogger(SampleFiles.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("step-(\\d{1,18})-(\\d{1,3})\\.png");

    /** Draws and writes the pictures of a step. A picture that cannot be drawn is left out: training goes on. */
    void write(long step, Samples samples) {
        RunFiles.folder(folder);
        try {
            OutputFiles.replace(captions(), JSON.writeValueAsBytes(samples.captions()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write captions: " + e.getMessage(), e);
        }
        for (int i = 0; i < samples.captions().size(); i++) {
            try {
                byte[] png = PngFile.encode(
                        samples.draw(i),
                        "Tandem " + Version.tandem(),
                        Clock.systemUTC().instant(),
                        samples.captions().get(i) + " (step " + step + ")");
                OutputFiles.replace(folder.resolve("step-" + step + "-" + i + ".png"), png);
            } catch (IllegalStateException e) {
                LOG.warn("no sample picture {} after step {}: {}", i, step, e.getMessage());
            }
        }
    }

    /** What the pictures show; empty where there are none. */
    List<String> read() throws IOException {
        return Files.exists(captions())
                ? JSON.readValue(captions().toFile(), new TypeReference<List<String>>() {})
                : List.of();
    }

    /** Step to number of the caption to file name. */
    SortedMap<Long, SortedMap<Integer, String>> rows() throws IOException {
        SortedMap<Long, SortedMap<Integer, String>> rows = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.map(file -> NAME.matcher(String.valueOf(file.getFileName())))
                        .filter(Matcher::matches)
                        .forEach(name -> rows.computeIfAbsent(Long.valueOf(name.group(1)), step -> new TreeMap<>())
                                .put(Integer.valueOf(name.group(2)), name.group()));
            }
        }
        return rows;
    }

    private Path captions() {
        return folder.resolve("captions.json");
    }
}

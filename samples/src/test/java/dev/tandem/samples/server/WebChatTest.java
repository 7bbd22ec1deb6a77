package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tandem.samples.cli.ScriptedStages;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The web chat in a real browser, with stages that say what the user said; {@code <a dog>} is a photo. Skipped where there is no Chromium with its driver, unless
 * {@code -Dtandem.require=browser}.
 */
@Isolated
class WebChatTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<Path> CHROMIUM = List.of(Path.of("/usr/bin/chromium"), Path.of("/usr/bin/google-chrome"));
    private static final List<Path> DRIVER =
            List.of(Path.of("/usr/bin/chromedriver"), Path.of("/usr/lib/chromium/chromedriver"));

    @TempDir
    Path folder;

    private final Semaphore steps = new Semaphore(0);
    private Runnable before;
    private ChromeDriver browser;

    @BeforeEach
    void open() {
        before = ScriptedStages.whileDrawing;
        boolean there = CHROMIUM.stream().anyMatch(Files::isExecutable)
                && DRIVER.stream().anyMatch(Files::isExecutable);
        if (!System.getProperty("tandem.require", "").contains("browser")) {
            assumeTrue(there, "the web chat is not tested: no Chromium with its driver (chromium, chromium-driver)");
        }
        assertTrue(there, "no Chromium with its driver, and -Dtandem.require=browser");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(first(CHROMIUM).toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--window-size=1280,800",
                "--user-data-dir=" + folder.resolve("profile"));
        options.setExperimentalOption(
                "prefs",
                Map.of("download.default_directory", folder.resolve("saved").toString()));
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(first(DRIVER).toFile())
                        .build(),
                options);
    }

    @AfterEach
    void close() {
        ScriptedStages.whileDrawing = before;
        if (browser != null) {
            browser.quit();
        }
    }

    private static Path first(List<Path> paths) {
        return paths.stream().filter(Files::isExecutable).findFirst().orElseThrow();
    }

    /** Each step of a drawing waits until the test lets it go, or this is closed: before the server is, which would wait for the drawing. */
    private Held holdDrawings() {
        ScriptedStages.whileDrawing = steps::acquireUninterruptibly;
        return () -> steps.release(1000);
    }

    private interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private void visit(Served served) {
        browser.get("http://127.0.0.1:" + served.server.port() + "/");
        await(() -> id("message").isDisplayed());
    }

    private WebElement id(String id) {
        return browser.findElement(By.id(id));
    }

    private List<WebElement> all(String testId) {
        return browser.findElements(By.cssSelector("[data-testid=" + testId + "]"));
    }

    /** The last element of a kind, once there is one. */
    private WebElement last(String testId) {
        await(() -> !all(testId).isEmpty());
        List<WebElement> found = all(testId);
        return found.get(found.size() - 1);
    }

    private void await(BooleanSupplier condition) {
        new WebDriverWait(browser, PATIENCE, Duration.ofMillis(50))
                .ignoring(StaleElementReferenceException.class)
                .until(driver -> condition.getAsBoolean());
    }

    private void say(String text) {
        id("message").sendKeys(text, Keys.ENTER);
    }

    /** Waits until so many answers stand on the page, and nothing is under way. */
    private void awaitAnswers(int count) {
        await(() -> browser.findElements(By.cssSelector("[data-testid=answer][data-state=done]"))
                                .size()
                        == count
                && !id("stop").isDisplayed());
    }

    private String focused() {
        WebElement element = browser.switchTo().activeElement();
        String id = element.getDomAttribute("id");
        return id != null ? id : String.valueOf(element.getDomAttribute("data-testid"));
    }

    /** Nothing was forbidden by the page's policy, and no script failed. */
    private void assertNoComplaints() {
        List<String> complaints = browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .filter(message -> message.contains("Content Security Policy") || message.contains("Uncaught"))
                .toList();
        assertEquals(List.of(), complaints);
    }

    @Test
    void aPhotoAppearsAsItIsDrawnAndIsKept() throws Exception {
        try (Served served = Served.in(folder);
                Held held = holdDrawings()) {
            visit(served);
            assertTrue(id("welcome").isDisplayed());
            say("look <a dog>");
            WebElement photo = last("photo");
            await(() -> last("caption").getText().equals("a dog"));
            assertEquals("drawing", photo.getDomAttribute("data-state"));
            assertTrue(last("answer-text").getText().strip().endsWith("look"));
            steps.release(2);
            await(() -> "50".equals(last("progress").getDomAttribute("aria-valuenow")));
            steps.release(2);
            awaitAnswers(1);
            assertEquals("a dog", last("picture").getDomAttribute("alt"));
            assertEquals("a dog", last("caption").getText());
            await(() -> id("announcer").getDomProperty("textContent").contains("Photo: a dog"));

            browser.navigate().refresh();
            assertEquals("a dog", last("picture").getDomAttribute("alt"));
            assertEquals("look <a dog>", last("user-text").getText());
            assertEquals(1, all("conversation").size());
            assertNoComplaints();
        }
    }

    @Test
    void markupIsText() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            String text = "&lt;b&gt; \"quoted\" {{x}}";
            say(text);
            awaitAnswers(1);
            assertEquals(text, last("user-text").getText());
            assertTrue(last("answer-text").getText().endsWith(text));
            assertNoComplaints();
        }
    }

    @Test
    void anAnswerIsStoppedAndTriedAgain() throws Exception {
        try (Served served = Served.in(folder);
                Held held = holdDrawings()) {
            visit(served);
            say("<a dog>");
            last("photo");
            id("message").sendKeys(Keys.ESCAPE);
            assertTrue(last("stopped").isDisplayed());
            assertFalse(id("stop").isDisplayed());
            steps.release(1000);
            last("retry").click();
            awaitAnswers(1);
            assertEquals(1, all("user-message").size());
            browser.navigate().refresh();
            last("picture");
            assertEquals(1, all("user-message").size(), "the stopped one is not kept");
            assertNoComplaints();
        }
    }

    @Test
    void theLastAnswerIsGivenOnceMore() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            say("one");
            awaitAnswers(1);
            say("two");
            awaitAnswers(2);
            assertEquals(1, all("regenerate").size());
            WebElement old = last("answer");
            last("regenerate").click();
            await(() -> !last("answer").equals(old));
            awaitAnswers(2);
            assertTrue(last("answer-text").getText().endsWith("two"));
            browser.navigate().refresh();
            await(() -> all("answer").size() == 2);
            assertEquals(2, all("user-message").size());
            assertNoComplaints();
        }
    }

    @Test
    void aPhotoIsDrawnAgainSavedAndOpenedLarge() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            say("<a dog> <a bird>");
            awaitAnswers(1);
            last("draw-again").click();
            WebElement editor = last("caption-editor");
            assertEquals("a bird", editor.getDomProperty("value"));
            editor.clear();
            editor.sendKeys("a cat", Keys.ENTER);
            await(() -> captions().equals(List.of("a dog", "a cat")));
            await(() -> focused().equals("draw-again"));

            browser.navigate().refresh();
            await(() -> captions().equals(List.of("a dog", "a cat")));

            last("save-picture").click();
            await(() -> Files.exists(folder.resolve("saved/a-cat.png")));

            last("open-large").click();
            await(() -> id("viewer").isDisplayed());
            assertEquals("a cat", id("viewer-caption").getText());
            browser.switchTo().activeElement().sendKeys(Keys.ARROW_LEFT);
            assertEquals("a dog", id("viewer-caption").getText());
            browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
            await(() -> !id("viewer").isDisplayed());
            assertEquals("open-large", focused());
            assertNoComplaints();
        }
    }

    /** What the pictures on the page show. */
    private List<String> captions() {
        return all("picture").stream()
                .filter(WebElement::isDisplayed)
                .map(picture -> String.valueOf(picture.getDomAttribute("alt")))
                .toList();
    }

    @Test
    void aPhotoThatCannotBeDrawnAgainStays() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            say("<a dog>");
            awaitAnswers(1);
            last("draw-again").click();
            last("caption-editor").clear();
            last("caption-editor").sendKeys("a naked man", Keys.ENTER);
            assertTrue(last("problem").getText().contains("not drawn"));
            assertEquals(List.of("a dog"), captions());
            last("dismiss").click();
            assertEquals(0, all("problem").size());
            browser.navigate().refresh();
            await(() -> captions().equals(List.of("a dog")));
            assertNoComplaints();
        }
    }

    @Test
    void aPhotoOfALiveAnswerIsReplacedAndTheConversationGoesOn() throws Exception {
        try (Served served = Served.in(folder);
                Held held = holdDrawings()) {
            visit(served);
            say("one");
            awaitAnswers(1);
            say("<a dog>");
            steps.release(4);
            awaitAnswers(2);
            last("draw-again").click();
            last("caption-editor").clear();
            last("caption-editor").sendKeys("a cat", Keys.ENTER);
            await(() -> last("caption").getText().startsWith("a cat"));
            say("more"); // waits for the photo, which it would otherwise change under its feet
            steps.release(4);
            awaitAnswers(3);
            assertEquals(List.of("a cat"), captions());
            assertEquals("[5 turns, 1 photos] more", last("answer-text").getText());
            browser.navigate().refresh();
            await(() -> captions().equals(List.of("a cat")));
            assertEquals(0, all("problem").size());
            assertNoComplaints();
        }
    }

    @Test
    void wordsAndPhotosStandInTheirOrder() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            say("see <a dog> there");
            awaitAnswers(1);
            List<String> order = List.of("text", "photos", "text");
            assertEquals(order, order());
            browser.navigate().refresh();
            await(() -> all("picture").size() == 1);
            assertEquals(order, order());
            assertTrue(last("answer-text").getText().endsWith("there"));
            assertNoComplaints();
        }
    }

    private List<String> order() {
        return browser.findElements(By.cssSelector(".parts > *")).stream()
                .map(part -> String.valueOf(part.getDomAttribute("class")))
                .toList();
    }

    @Test
    void whatFailedAtOnceIsNotListed() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            say("x".repeat(Served.LIMITS.messageLength() + 1));
            last("problem");
            assertEquals(0, all("conversation").size());
            browser.navigate().refresh();
            await(() -> id("welcome").isDisplayed());
            assertEquals(0, all("conversation").size());
            say("short");
            awaitAnswers(1);
            await(() -> all("conversation").size() == 1);
            assertEquals("short", last("conversation").getText());
            assertNoComplaints();
        }
    }

    @Test
    void aPhotoThatWaitsSaysHowManyAreBefore() throws Exception {
        try (Served served = Served.in(folder);
                Held held = holdDrawings()) {
            visit(served);
            served.postLater("/v1/chat/completions", Served.chat("<a dog>", ""));
            served.postLater("/v1/chat/completions", Served.chat("<a dog>", ""));
            await(() -> Served.json(served.get("/health")).path("queue").asInt() == 1);
            say("look <a dog>");
            await(() -> last("caption").getText().endsWith("(waiting: 1 before you)"));
            assertTrue(last("answer-text").getText().strip().endsWith("look"), "words come before");
            steps.release(1000);
            awaitAnswers(1);
            assertEquals("a dog", last("caption").getText());
            assertNoComplaints();
        }
    }

    @Test
    void whoWaitsSeesHowManyAreBefore() throws Exception {
        ScriptedStages.whileWriting = steps::acquireUninterruptibly;
        try (Served served = Served.in(folder)) {
            visit(served);
            served.postLater("/v1/chat/completions", Served.chat("hi", ""));
            served.postLater("/v1/chat/completions", Served.chat("hi", ""));
            await(() -> Served.json(served.get("/health")).path("queue").asInt() == 1);
            say("hello");
            await(() -> last("waiting").getText().equals("Waiting: 1 before you."));
            steps.release(1000);
            awaitAnswers(1);
            assertEquals(0, all("waiting").size());
            assertNoComplaints();
        } finally {
            steps.release(1000);
            ScriptedStages.whileWriting = () -> {};
        }
    }

    @Test
    void theAgentsMarkdownIsShownAndTheUsersIsNot() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            String text = "**b** *i* `c` [s](https://example.org/) [x](javascript:alert(1))";
            say(text);
            awaitAnswers(1);
            assertEquals(text, last("user-text").getText());
            assertEquals(
                    "[1 turns, 0 photos] b i c s [x](javascript:alert(1))",
                    last("answer-text").getText());
            WebElement link = last("answer-text").findElement(By.tagName("a"));
            assertEquals("https://example.org/", link.getDomAttribute("href"));
            assertEquals("noopener noreferrer", link.getDomAttribute("rel"));
            assertEquals(
                    1, last("answer-text").findElements(By.tagName("strong")).size());
            browser.navigate().refresh();
            assertEquals(1, last("answer-text").findElements(By.tagName("a")).size());
            assertNoComplaints();
        }
    }

    /** A text as the agent's words are shown, letter by letter; if it is still coming, to where it is. */
    private String rendered(String text, boolean coming) {
        return String.valueOf(browser.executeAsyncScript("""
                const [text, coming, done] = arguments;
                import('/markdown.js').then(({ Prose }) => {
                    const prose = new Prose();
                    for (const piece of text) prose.add(piece);
                    if (!coming) prose.finish();
                    done(prose.element.innerHTML);
                }).catch((error) => done(`${error}`));
                """, text, coming));
    }

    @Test
    void markdownBecomesElements() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            Map<String, String> expected = new LinkedHashMap<>();
            expected.put("a\nb\n\nc", "<p>a\nb</p><p>c</p>");
            expected.put(
                    "**b** and __b__ *i* _i_",
                    "<p><strong>b</strong> and <strong>b</strong> <em>i</em> <em>i</em></p>");
            expected.put("***x*** **a *b* c**", "<p><strong><em>x</em></strong> <strong>a <em>b</em> c</strong></p>");
            expected.put("snake_case_name 2 * 3 * 4 ** 5", "<p>snake_case_name 2 * 3 * 4 ** 5</p>");
            expected.put("\\*not\\* **open", "<p>*not* **open</p>");
            expected.put("`a*b*` ``c`d``", "<p><code>a*b*</code> <code>c`d</code></p>");
            expected.put(
                    "```js\nlet a = '<b>';\n\n*x*\n```\nend",
                    "<pre><code>let a = '&lt;b&gt;';\n\n*x*</code></pre><p>end</p>");
            expected.put(
                    "- a\n- **b**\n  - c\n- d",
                    "<ul><li>a</li><li><strong>b</strong><ul><li>c</li></ul></li><li>d</li></ul>");
            expected.put("3. a\n4. b\n\nend", "<ol start=\"3\"><li>a</li><li>b</li></ol><p>end</p>");
            expected.put("It was\n1990. Then", "<p>It was\n1990. Then</p>");
            expected.put("42", "<p>42</p>");
            expected.put(
                    "[sic] [a](b) ![p](https://example.org/p.png)",
                    "<p>[sic] [a](b) ![p](https://example.org/p.png)</p>");
            expected.forEach((text, html) -> assertEquals(html, rendered(text, false), text));
            assertNoComplaints();
        }
    }

    @Test
    void hostileMarkdownIsText() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            for (String text : List.of(
                    "<img src=x onerror=alert(1)>",
                    "**<script>alert(1)</script>**",
                    "`<b>`",
                    "[x](javascript:alert(1))",
                    "[x](JaVaScRiPt:alert(1))",
                    "[x](data:text/html,<script>alert(1)</script>)",
                    "[x](vbscript:x)",
                    "[x](//example.org)",
                    "[x](/v1/conversations)",
                    "[x](https://)",
                    "[<img src=x onerror=alert(1)>](https://example.org/\"onmouseover=alert(1))",
                    "- <iframe src=javascript:alert(1)>",
                    "*".repeat(3000),
                    "[".repeat(3000),
                    "`".repeat(3000),
                    "*a **b ".repeat(300),
                    "_(".repeat(500) + ")_".repeat(500),
                    "- ".repeat(500),
                    "\u202e\u0000")) {
                for (boolean coming : new boolean[] {true, false}) {
                    String html = rendered(text, coming);
                    assertFalse(html.contains("Error"), text + ": " + html);
                    List<String> elements = Pattern.compile("<([a-z]+)[^>]*>")
                            .matcher(html)
                            .results()
                            .map(match -> match.group(1))
                            .distinct()
                            .toList();
                    assertTrue(
                            List.of("p", "strong", "em", "code", "pre", "ul", "li", "a")
                                    .containsAll(elements),
                            text + ": " + html);
                    assertEquals(
                            text.contains("](https://example.org") ? 1 : 0, html.split("<a ", -1).length - 1, html);
                    assertFalse(html.matches("(?s).*<[^>]* on[a-z]+=.*"), html);
                }
            }
            assertNoComplaints();
        }
    }

    @Test
    void markupThatIsComingDoesNotFlicker() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            String text =
                    "Some **bold _and_ *thin*** `code` [a link](https://example.org/a_b) end\n\n- **one**\n- two\n";
            Object seen = browser.executeAsyncScript("""
                    const [text, done] = arguments;
                    import('/markdown.js').then(({ Prose }) => {
                        const prose = new Prose();
                        done([...text].map((letter) => { prose.add(letter); return prose.element.textContent; }));
                    }).catch((error) => done([`${error}`]));
                    """, text);
            String before = "";
            for (Object each : (List<?>) seen) {
                String now = each.toString();
                assertTrue(now.startsWith(before), "'" + before + "' became '" + now + "'");
                assertFalse(now.matches("(?s).*([*_`\\[\\]-]|http).*"), now);
                before = now;
            }
            assertEquals("Some bold and thin code a link endonetwo", before);
        }
    }

    @Test
    void aPictureGoesWithAMessage() throws Exception {
        Path file = folder.resolve("mine.png");
        ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        try (Served served = Served.in(folder)) {
            visit(served);
            id("picture-file").sendKeys(file.toString());
            await(() -> id("attachment").isDisplayed());
            id("remove-picture").click();
            assertFalse(id("attachment").isDisplayed());
            id("picture-file").sendKeys(file.toString());
            await(() -> id("attachment").isDisplayed());
            say("mine");
            awaitAnswers(1);
            assertTrue(last("answer-text").getText().contains("1 photos"));
            browser.navigate().refresh();
            assertEquals("40", last("sent-picture").getDomProperty("naturalWidth"));
            assertNoComplaints();
        }
    }

    @Test
    void aKeyIsAskedFor() throws Exception {
        String key = ApiKeys.fresh();
        Path keys = Files.writeString(folder.resolve("keys"), ApiKeys.line("ann", key) + "\n");
        try (Served served = Served.withKeys(folder, ApiKeys.read(keys), key)) {
            visit(served);
            await(() -> id("key-dialog").isDisplayed());
            id("key").sendKeys("wrong", Keys.ENTER);
            await(() -> id("key-error").isDisplayed());
            id("key").sendKeys(key, Keys.ENTER);
            await(() -> !id("key-dialog").isDisplayed());
            say("hello");
            awaitAnswers(1);
            assertTrue(id("forget-key").isDisplayed());
            assertEquals("0", String.valueOf(browser.executeScript("return localStorage.length")));
            assertNoComplaints();
        }
    }

    @Test
    void aBusyServerIsAskedAgain() throws Exception {
        try (Served served = Served.in(folder);
                Held held = holdDrawings()) {
            visit(served);
            String photo = Served.chat("<a dog>", "");
            for (int i = 0; i < 3; i++) {
                served.postLater("/v1/chat/completions", photo);
            }
            await(() -> Served.json(served.get("/health")).path("queue").asInt() == 2);
            say("anybody there?");
            assertTrue(last("problem").getText().contains("busy"));
            steps.release(1000);
            await(() -> last("retry").isEnabled());
            last("retry").click();
            awaitAnswers(1);
            assertEquals(0, all("problem").size());
            assertEquals(1, all("user-message").size());
        }
    }

    @Test
    void whatTheServerRefusesGoesBackForEditing() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            String text = "x".repeat(Served.LIMITS.messageLength() + 1);
            say(text);
            assertTrue(last("problem").getText().contains("characters"));
            last("edit-message").click();
            assertEquals(text, id("message").getDomProperty("value"));
            assertEquals(0, all("user-message").size());
        }
    }

    @Test
    void conversationsAreChosenAndDeleted() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            say("first");
            awaitAnswers(1);
            id("new-conversation").click();
            await(() -> id("welcome").isDisplayed());
            say("second");
            awaitAnswers(1);
            await(() -> all("conversation").size() == 2);
            last("conversation").click();
            await(() -> last("user-text").getText().equals("first"));
            last("delete-conversation").click();
            await(() -> id("confirm-dialog").isDisplayed());
            id("confirm-cancel").click();
            assertEquals(2, all("conversation").size());
            last("delete-conversation").click();
            await(() -> id("confirm-dialog").isDisplayed());
            id("confirm-ok").click();
            await(() -> all("conversation").size() == 1);
            assertTrue(id("welcome").isDisplayed());
            assertEquals("second", last("conversation").getText());
            assertNoComplaints();
        }
    }

    @Test
    void theKeyboardIsEnough() throws Exception {
        try (Served served = Served.in(folder)) {
            visit(served);
            browser.executeScript("document.querySelector('.skip-link').focus()");
            browser.switchTo().activeElement().sendKeys(Keys.ENTER);
            assertEquals("message", focused());
            id("message").sendKeys("one", Keys.chord(Keys.SHIFT, Keys.ENTER), "two");
            assertEquals("one\ntwo", id("message").getDomProperty("value"));
            id("message").sendKeys(Keys.ENTER);
            awaitAnswers(1);
            assertEquals("message", focused());
        }
    }

    @Test
    void aPhonesWidthAndTheThemeAreRemembered() throws Exception {
        try (Served served = Served.in(folder)) {
            browser.executeCdpCommand(
                    "Emulation.setDeviceMetricsOverride",
                    Map.of("width", 390, "height", 844, "deviceScaleFactor", 1, "mobile", false));
            visit(served);
            say("w".repeat(90));
            awaitAnswers(1);
            assertEquals(390L, browser.executeScript("return document.documentElement.scrollWidth"));
            assertFalse(id("sidebar").isDisplayed());
            id("open-sidebar").click();
            await(() -> id("sidebar").isDisplayed() && focused().equals("close-sidebar"));
            String colour = id("app").findElement(By.id("sidebar")).getCssValue("background-color");
            id("theme").click();
            await(() -> !id("sidebar").getCssValue("background-color").equals(colour));
            browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
            await(() -> !id("sidebar").isDisplayed());
            browser.navigate().refresh();
            assertNotEquals(colour, id("sidebar").getCssValue("background-color"));
            assertNoComplaints();
        }
    }
}

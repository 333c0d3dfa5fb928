package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The form of the change notes, as `changelog/unreleased/README.md` describes it.
class ChangeNotesTest {
  private static final Path NOTES = Path.of("../changelog/unreleased");
  private static final Pattern NAME = Pattern.compile("[0-9]+(-[a-z0-9-]+)?\\.md");
  private static final Pattern SUBJECT = Pattern.compile("(Fix|New|Change): [^ ].{0,98}[^ .]");

  @Test
  void everyNoteHasTheForm() throws IOException {
    try (Stream<Path> files = Files.list(NOTES)) {
      for (Path file : files.filter(each -> !each.endsWith("README.md")).toList()) {
        String name = file.getFileName().toString();
        assertThat(problem(name, Files.readAllLines(file))).as(name).isEmpty();
      }
    }
  }

  @Test
  void aNoteThatHasNotTheFormIsFound() {
    List<String> good = List.of("Fix: Restore to a full disk says so", "", "It hung.", "It stops.");
    assertThat(problem("12.md", good)).isEmpty();
    assertThat(problem("12-full-disk.md", good)).isEmpty();
    assertThat(problem("restore.md", good)).contains("name");
    assertThat(problem("12.md", List.of())).contains("first line");
    assertThat(problem("12.md", List.of("Fixed: x", "", "text"))).contains("first line");
    assertThat(problem("12.md", List.of("Fix: Ends with a stop.", "", "text"))).contains("first");
    assertThat(problem("12.md", List.of("New: Something", "text"))).contains("second line");
    assertThat(problem("12.md", List.of("New: Something", "", " "))).contains("text");
  }

  private static String problem(String name, List<String> lines) {
    if (!NAME.matcher(name).matches()) {
      return "the name must be <issue>.md or <issue>-<word>.md";
    }
    if (lines.isEmpty() || !SUBJECT.matcher(lines.getFirst()).matches()) {
      return "the first line must be `Fix: ...`, `New: ...` or `Change: ...`, without a full stop";
    }
    if (lines.size() < 2 || !lines.get(1).isEmpty()) {
      return "the second line must be empty";
    }
    if (lines.stream().skip(2).allMatch(String::isBlank)) {
      return "text must say what it was like and what it is like now";
    }
    return "";
  }
}

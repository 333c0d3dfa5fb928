package cairn.filesystem.test;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.filesystem.UsedRanges.PartUse;
import cairn.filesystem.test.FilledImage.Told;
import cairn.filesystem.used.Moment;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The proof that nothing that matters is called free: whatever is called free is overwritten, and
/// nobody notices.
public final class Proof {
  private static final long SLACK_BYTES = 4 << 20;

  private Proof() {}

  /// @param checker finds nothing wrong in the poisoned copy; the path is added to it
  public static void holds(FilledImage image, String type, String checker) throws IOException {
    holds(image, type, checker, Moment.AT_REST);
  }

  public static void holds(FilledImage image, String type, String checker, Moment moment)
      throws IOException {
    Told told = FilledImage.told(image.path(), (offset, length) -> moment);
    PartUse part = told.ranges().parts().getFirst();
    assertThat(part.reason()).isEmpty();
    assertThat(part.content().type()).isEqualTo(type);
    assertThat(told.bytes()).isLessThan(image.realBytes() * 11 / 10 + SLACK_BYTES);
    assertThat(told.bytes()).isLessThan(Files.size(image.path()) * 9 / 10);
    survives(image, FilledImage.poisoned(image.path(), told), checker);
  }

  /// A poisoned copy is sound, and its files are those of the image.
  public static void survives(FilledImage image, Path copy, String checker) throws IOException {
    check(checker, copy);
    assertThat(FilledImage.look(copy).files()).isEqualTo(image.files()).isNotEmpty();
    Files.delete(copy);
  }

  public static void check(String checker, Path image) throws IOException {
    List<String> words = new ArrayList<>(List.of(checker.split(" ", -1)));
    words.add(image.toString());
    Command.run(words.toArray(String[]::new));
  }
}

package cairn.filesystem.test;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.filesystem.Contents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What is told of images in which nothing is wrong. How many of each format are made says the
/// system property `healthy`; the result lies in `target/healthy-NAME.txt`.
public final class Healthy {
  /// The state of an image that has a log to be taken.
  public static final String CRASHED = "crashed";

  /// One in so many.
  private static final int MOST_EXCUSED = 20;

  private final String name;
  private final Reference reference;
  private final Map<String, Integer> counts = new TreeMap<>();
  private final List<String> alarms = new ArrayList<>();
  private final List<String> excused = new ArrayList<>();

  /// The tool of the format. What it calls damaged, too, was not healthy: kernels have errors.
  @FunctionalInterface
  public interface Reference {
    boolean isSound(Path image) throws IOException;

    /// @param checker to which the path is added
    static Reference of(String checker) {
      return image -> {
        try {
          Proof.check(checker, image);
          return true;
        } catch (IOException e) {
          return false;
        }
      };
    }
  }

  public Healthy(String name, Reference reference) {
    this.name = name;
    this.reference = reference;
  }

  /// @param few images as long as nothing else is said
  public static int images(int few) {
    return Integer.getInteger("healthy", few);
  }

  /// @param state in which the image is
  /// @param unknown what may be said not to be known, a part of the sentence; nothing when empty
  /// @param what says how it was made
  public void look(Path image, String state, String unknown, String what) throws IOException {
    counts.merge(state, 1, Integer::sum);
    Verdict verdict;
    try (ImageFile volume = new ImageFile(image)) {
      verdict = Verdict.of(Contents.identify(volume).checkable().orElseThrow());
    }
    List<String> told = new ArrayList<>(verdict.problems());
    verdict.unknown().stream()
        .filter(each -> unknown.isEmpty() || !each.contains(unknown))
        .forEach(told::add);
    if (!told.isEmpty()) {
      String alarm = state + ", " + what + ": " + told.subList(0, Math.min(10, told.size()));
      // Tools that only look call each log that has to be taken damage.
      boolean sound = state.equals(CRASHED) || reference.isSound(image);
      (sound ? alarms : excused).add(alarm);
    }
  }

  public void check() throws IOException {
    int images = counts.values().stream().mapToInt(Integer::intValue).sum();
    String all =
        (counts + ", damaged for the tool, too, " + excused.size())
            + (", false alarms " + alarms.size() + "\n" + String.join("\n", alarms))
            + ("\nfor the tool, too:\n" + String.join("\n", excused));
    Files.writeString(Path.of("target", "healthy-" + name + ".txt"), all);
    assertThat(alarms).as(all).isEmpty();
    assertThat(excused.size()).as(all).isLessThanOrEqualTo(Math.max(1, images / MOST_EXCUSED));
  }
}

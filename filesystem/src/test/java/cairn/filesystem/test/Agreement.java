package cairn.filesystem.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Whether Cairn finds damage wherever the reference tool does. How many images are damaged says
/// the system property `agreement`; the result lies in `target/agreement-NAME.txt`.
public final class Agreement {
  private static final int PERCENT = 98;

  /// So much may be missed of few images, of which it is more than the rest of a hundred.
  private static final int ONE = 1;

  private final String name;
  private final List<String> missed = new ArrayList<>();
  private final List<String> alone = new ArrayList<>();
  private int images;
  private int both;

  public Agreement(String name) {
    this.name = name;
  }

  /// @param few images as long as nothing else is said
  public static int images(int few) {
    return Integer.getInteger("agreement", few);
  }

  /// @param what describes the damage and what either said of it
  public void add(boolean tool, boolean cairn, String what) {
    images++;
    if (tool && cairn) {
      both++;
    } else if (tool) {
      missed.add(what);
    } else if (cairn) {
      alone.add(what);
    }
  }

  public void check() throws IOException {
    String result =
        "%d images: %d damaged for both, %d for the tool alone, %d for Cairn alone%n"
            .formatted(images, both, missed.size(), alone.size());
    String all =
        result
            + String.join("", missed.stream().map(each -> "\nMISSED " + each + "\n").toList())
            + String.join("", alone.stream().map(each -> "\nALONE " + each + "\n").toList());
    Files.writeString(Path.of("target", "agreement-" + name + ".txt"), all);
    assertThat(both).as(all).isPositive();
    int allowed = Math.max(ONE, (both + missed.size()) * (100 - PERCENT) / 100);
    assertThat(missed.size()).as(all).isLessThanOrEqualTo(allowed);
  }
}

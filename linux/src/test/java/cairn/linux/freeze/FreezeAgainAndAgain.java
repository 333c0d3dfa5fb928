package cairn.linux.freeze;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A process that freezes and thaws, and says so when it has come through.
final class FreezeAgainAndAgain {
  static final String DONE = "done";
  private static final int ROUNDS = 20;

  private FreezeAgainAndAgain() {}

  public static void main(String[] mountPoint) throws IOException {
    List<Path> mountPoints = List.of(Path.of(mountPoint[0]));
    try (Freeze freeze = Freeze.prepare(mountPoints, Duration.ofSeconds(5))) {
      for (int round = 0; round < ROUNDS; round++) {
        freeze.sync();
        freeze.freeze().thaw();
      }
    }
    System.out.print(DONE);
  }
}

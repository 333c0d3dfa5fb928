package cairn.linux.freeze;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/// A process that freezes what it is told to, and waits to be killed.
final class FreezeAndHang {
  static final String FROZEN = "frozen";

  private FreezeAndHang() {}

  public static void main(String[] mountPoints) throws IOException, InterruptedException {
    Freeze freeze =
        Freeze.prepare(Arrays.stream(mountPoints).map(Path::of).toList(), Duration.ofSeconds(20));
    try (Frozen frozen = freeze.freeze()) {
      System.out.println(FROZEN);
      new CountDownLatch(1).await();
      frozen.thaw();
    }
  }
}

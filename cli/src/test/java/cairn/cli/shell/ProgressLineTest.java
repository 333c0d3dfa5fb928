package cairn.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private long now = 1_000_000;

  private ProgressLine line(boolean watched) {
    PrintStream err = new PrintStream(screen, true, StandardCharsets.UTF_8);
    return new ProgressLine(err, () -> Instant.ofEpochMilli(now), watched);
  }

  /// What was drawn, one drawing after the other.
  private List<String> drawn() {
    String all = screen.toString(StandardCharsets.UTF_8);
    return List.of(all.substring(1).split("\r", -1)).stream()
        .map(each -> each.replace("\u001b[K", ""))
        .toList();
  }

  @Test
  void showsPhasePercentRateAndTimeLeft() {
    try (ProgressLine line = line(true)) {
      line.begin("backing up disk.img", 400_000_000);
      now += 2_000;
      line.advance(100_000_000);
    }
    assertThat(drawn())
        .containsExactly(
            "backing up disk.img  0 %", "backing up disk.img  25 %  50 MB/s  6.0 s left", "");
  }

  @Test
  void isDrawnFiveTimesASecondAtMost() {
    try (ProgressLine line = line(true)) {
      line.begin("reading", 0);
      for (int i = 0; i < 1_000; i++) {
        now += 1;
        line.advance(1);
      }
    }
    assertThat(drawn()).hasSize(1 + 5 + 1);
  }

  @Test
  void isNothingWhenNobodyWatches() {
    try (ProgressLine line = line(false)) {
      line.begin("reading", 10);
      now += 1_000;
      line.advance(10);
    }
    assertThat(screen.size()).isZero();
  }
}

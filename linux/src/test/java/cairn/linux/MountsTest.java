package cairn.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MountsTest {
  @TempDir private Path proc;

  @Test
  void readsFieldsBehindAnyNumberOfOptionalOnes() throws IOException {
    Files.createDirectory(proc.resolve("self"));
    Files.writeString(
        proc.resolve("self/mountinfo"),
        """
        22 27 0:21 / /proc rw - proc none rw
        36 35 98:0 /mnt1 /a\\011b\\134c rw shared:1 master:2 propagate_from:3 - ext3 /dev/r rw
        """);
    assertThat(Mounts.mounted(proc))
        .containsExactly(
            new Mounts.Mount(new DeviceNumber(0, 21), "/proc", "proc", "none"),
            new Mounts.Mount(new DeviceNumber(98, 0), "/a\tb\\c", "ext3", "/dev/r"));
  }

  @Test
  void failsRatherThanOverlookAMount() throws IOException {
    Files.createDirectory(proc.resolve("self"));
    Files.writeString(proc.resolve("self/mountinfo"), "36 35 98:0 /mnt1 /mnt2 rw\n");
    assertThatThrownBy(() -> Mounts.mounted(proc)).hasMessageContaining("/mnt2");
  }

  @Test
  void aKernelWithoutSwapHasNone() throws IOException {
    assertThat(Mounts.swaps(proc)).isEmpty();
  }
}

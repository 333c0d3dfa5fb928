package cairn.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
  @TempDir private Path proc;

  @Test
  void itIsWhatTheKernelSays() throws Exception {
    Files.writeString(proc.resolve("meminfo"), "MemTotal:  9 kB\nMemAvailable:   2048 kB\n");
    assertThat(Memory.availableBytes(proc)).isEqualTo(2 << 20);
    assertThat(Memory.availableBytes(Path.of("/proc"))).isGreaterThan(1 << 20);
  }

  @Test
  void aKernelThatDoesNotSayIsAnError() throws Exception {
    Files.writeString(proc.resolve("meminfo"), "MemTotal:  9 kB\n");
    assertThatThrownBy(() -> Memory.availableBytes(proc))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("meminfo");
  }
}

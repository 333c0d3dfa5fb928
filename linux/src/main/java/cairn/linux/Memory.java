package cairn.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The memory of the machine.
public final class Memory {
  private static final String AVAILABLE = "MemAvailable:";

  private Memory() {}

  /// What can be had without swapping, as `/proc/meminfo` estimates it, in bytes.
  ///
  /// @param proc where `/proc` is mounted
  public static long availableBytes(Path proc) throws IOException {
    for (String line : Files.readAllLines(proc.resolve("meminfo"), StandardCharsets.US_ASCII)) {
      if (line.startsWith(AVAILABLE)) {
        String kib = line.substring(AVAILABLE.length()).strip().split(" ", 2)[0];
        return Long.parseLong(kib) << 10;
      }
    }
    throw new IOException(proc + "/meminfo does not say how much memory is available");
  }
}

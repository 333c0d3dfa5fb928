package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HeldBlocksTest {
  private static final int PIECE = 8192;
  private static final int BYTES = 20 * PIECE + 100;

  @TempDir private Path folder;
  @AutoClose private final ExecutorService readers = Executors.newFixedThreadPool(3);

  /// Each piece is as the volume was when the piece was read last.
  @Test
  void holdsWhatWasReadLast(Seed seed) throws IOException {
    RandomGenerator chance = seed.random();
    Path file = folder.resolve("image");
    byte[] expect = new byte[BYTES];
    boolean[] held = new boolean[21];
    Files.write(file, new byte[BYTES]);
    try (Volume volume = Volumes.open(file.toString());
        HeldBlocks memory = new HeldBlocks(volume, PIECE)) {
      for (int round = 0; round < 40; round++) {
        byte[] now = seed.split(round).bytes(BYTES);
        Files.write(file, now);
        int first = chance.nextInt(21);
        int count = 1 + chance.nextInt(21 - first);
        if (chance.nextBoolean()) {
          memory.reserve(chance.nextInt(5 * PIECE));
        }
        int offset = first * PIECE;
        int end = Math.min(BYTES, offset + count * PIECE);
        memory.hold(List.of(new HeldBlocks.Range(offset, end - offset)), readers, 3);
        System.arraycopy(now, offset, expect, offset, end - offset);
        Arrays.fill(held, first, first + count, true);
        for (int piece = 0; piece < 21; piece++) {
          assertHeld(memory, piece, held[piece], expect);
        }
      }
      byte[] all = new byte[BYTES];
      memory.hold(List.of(new HeldBlocks.Range(0, BYTES)), readers, 3);
      memory.read(0, all, 0, BYTES);
      assertThat(all).isEqualTo(Files.readAllBytes(file));
    }
  }

  private static void assertHeld(HeldBlocks memory, int piece, boolean held, byte[] expect) {
    int offset = piece * PIECE;
    int length = Math.min(PIECE, BYTES - offset);
    byte[] have = new byte[length];
    if (held) {
      memory.read(offset, have, 0, length);
      assertThat(have).isEqualTo(Arrays.copyOfRange(expect, offset, offset + length));
    } else {
      assertThatThrownBy(() -> memory.read(offset, have, 0, length))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not held");
    }
  }
}

package cairn.volume;

import cairn.base.bytes.Crc32c;
import cairn.base.bytes.PlacedCrc;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.OptionalLong;

/// What a file holds, so far as a checksum of each of its regions tells: 4 bytes for 4 MiB. It does
/// not depend on how the bytes came in pieces, nor in which order; what never came counts as zeros.
/// Safe for use by several threads.
final class WrittenSums {
  static final int REGION_BYTES = 4 << 20;

  private int[] sums = new int[16];

  /// Each byte of a file comes once.
  void add(long offset, MemorySegment bytes) {
    for (long done = 0; done < bytes.byteSize(); ) {
      int skip = (int) ((offset + done) % REGION_BYTES);
      int count = (int) Math.min(bytes.byteSize() - done, REGION_BYTES - skip);
      int crc = Crc32c.of(bytes.asSlice(done, count).asByteBuffer());
      int placed = PlacedCrc.of(crc, count, REGION_BYTES - skip - count);
      add(Math.toIntExact((offset + done) / REGION_BYTES), placed);
      done += count;
    }
  }

  private synchronized void add(int region, int placed) {
    if (region >= sums.length) {
      sums = Arrays.copyOf(sums, Math.max(sums.length * 2, region + 1));
    }
    sums[region] ^= placed;
  }

  /// @return where the first region begins of which the other holds something else
  OptionalLong firstDifference(WrittenSums other) {
    int count = Math.max(sums.length, other.sums.length);
    int region = Arrays.mismatch(Arrays.copyOf(sums, count), Arrays.copyOf(other.sums, count));
    return region < 0 ? OptionalLong.empty() : OptionalLong.of((long) region * REGION_BYTES);
  }
}

package cairn.storage;

import cairn.linux.AlignedMemory;
import cairn.linux.StoredFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Some blocks of a file that is being written, to be compared with what the disk has of them: so a
/// disk that takes writes and drops them, or writes them elsewhere, is found before anybody relies
/// upon it. That it lost a single block may not be: reading all would take as long as writing it.
final class SampledBlocks {
  private static final int BLOCK_BYTES = AlignedMemory.ALIGNMENT_BYTES;

  /// One block of each, and the last one of the file.
  private static final long REGION_BYTES = 8 << 20;

  private final NavigableMap<Long, byte[]> blocks = new TreeMap<>();

  /// @param size of the file, in bytes
  SampledBlocks(long size, RandomGenerator chance) {
    for (long region = 0; region < size; region += REGION_BYTES) {
      choose(region + chance.nextLong(Math.min(REGION_BYTES, size - region)), size);
    }
    if (size > 0) {
      choose(size - 1, size);
    }
  }

  private void choose(long offset, long size) {
    long start = offset & -BLOCK_BYTES;
    blocks.put(start, new byte[(int) Math.min(BLOCK_BYTES, size - start)]);
  }

  /// To be called with everything that is written.
  ///
  /// @param source from its position to its limit, which do not change
  void wrote(long offset, ByteBuffer source) {
    long end = offset + source.remaining();
    blocks
        .subMap(offset - BLOCK_BYTES, false, end, false)
        .forEach((start, block) -> {
          long from = Math.max(offset, start);
          int length = (int) (Math.min(end, start + block.length) - from);
          if (length > 0) {
            int at = source.position() + (int) (from - offset);
            source.get(at, block, (int) (from - start), length);
          }
        });
  }

  /// @throws IOException also when the disk has something else
  void check(Path file, StoredFile stored) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment room = AlignedMemory.allocate(arena, BLOCK_BYTES);
      for (Map.Entry<Long, byte[]> each : blocks.entrySet()) {
        long count = stored.read(each.getKey(), room);
        MemorySegment expected = MemorySegment.ofArray(each.getValue());
        long difference = room.asSlice(0, count).mismatch(expected);
        if (difference >= 0) {
          throw lost(file, each.getKey() + difference);
        }
      }
    }
  }

  private static IOException lost(Path file, long at) {
    return new Trouble.Explained(
        "what was written to "
            + file
            + " reads back otherwise at byte "
            + at
            + ": the disk, or what leads to it, loses writes; check it");
  }
}

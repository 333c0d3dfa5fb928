package cairn.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Native memory that direct transfers accept on every device.
public final class AlignedMemory {
  /// Of the address; no device asks for more than a page.
  public static final int ALIGNMENT_BYTES = 4096;

  private AlignedMemory() {}

  public static MemorySegment allocate(Arena arena, long bytes) {
    return arena.allocate(bytes, ALIGNMENT_BYTES);
  }
}

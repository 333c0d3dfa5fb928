package cairn.repository.write;

import cairn.base.bytes.ByteWriter;
import cairn.repository.pack.PackContent;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The memory that packs are built in, used again and again: left to the collector, a buffer a pack
/// has it run twice a second. Safe for use by several threads.
final class PackBuffers {
  private final Map<PackContent, Queue<ByteWriter>> idle = new EnumMap<>(PackContent.class);
  private final int targetBytes;

  /// @param targetBytes the size of a full pack
  /// @param parityPercent what it grows by in the end
  PackBuffers(int targetBytes, int parityPercent) {
    this.targetBytes = targetBytes + targetBytes / 100 * parityPercent;
    for (PackContent content : PackContent.values()) {
      idle.put(content, new ConcurrentLinkedQueue<>());
    }
  }

  ByteWriter take(PackContent content) {
    ByteWriter buffer = idleOf(content).poll();
    return buffer == null ? new ByteWriter(room(content)) : buffer;
  }

  void giveBack(PackContent content, ByteWriter buffer) {
    idleOf(content).add(buffer);
  }

  private int room(PackContent content) {
    return content == PackContent.DATA ? targetBytes + targetBytes / 8 : targetBytes / 8;
  }

  private Queue<ByteWriter> idleOf(PackContent content) {
    return Objects.requireNonNull(idle.get(content));
  }
}

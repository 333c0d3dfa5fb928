package cairn.repository.index;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/// A segment that lives no longer than its session. Its file loses its name as soon as it is
/// mapped, so that nothing is left behind whatever ends the process.
final class Run implements AutoCloseable {
  private final Segment segment;
  private final OffHeap memory;

  private Run(Segment segment, OffHeap memory) {
    this.segment = segment;
    this.memory = memory;
  }

  /// Writes sorted entries to a file in the machine's folder for temporary files, and maps it.
  static Run write(ObjectId index, ObjectId repository, SegmentWriter.Entries entries)
      throws IOException, CorruptData {
    Path file = newFile();
    OffHeap memory = new OffHeap();
    try {
      new SegmentWriter(index, repository).write(file, entries);
      return new Run(open(file, index, repository, memory), memory);
    } catch (IOException | CorruptData | RuntimeException e) {
      memory.close();
      throw e;
    } finally {
      Files.delete(file);
    }
  }

  /// An empty file, for the caller to delete.
  static Path newFile() throws IOException {
    return Files.createTempFile("cairn-", ".index");
  }

  private static Segment open(Path file, ObjectId index, ObjectId repository, OffHeap memory)
      throws IOException, CorruptData {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new Segment(index, repository, memory.map(channel));
    }
  }

  /// Sorted by chunk id, as a segment wants them.
  static SegmentWriter.Entries sorted(List<Location> entries) {
    List<Location> sorted = entries.stream().sorted(Comparator.comparing(Location::id)).toList();
    return () -> {
      Iterator<Location> walk = sorted.iterator();
      return () -> walk.hasNext() ? walk.next() : null;
    };
  }

  Segment segment() {
    return segment;
  }

  @Override
  public void close() {
    memory.close();
  }
}

package cairn.repository.index;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/// A private folder for segments that live no longer than a session. Deleted on close.
public final class Scratch implements AutoCloseable {
  private final Path folder;
  private final Arena arena = Arena.ofShared();
  private int files;

  private Scratch(Path folder) {
    this.folder = folder;
  }

  /// In the folder for temporary files of the machine (`java.io.tmpdir`).
  public static Scratch create() throws IOException {
    return new Scratch(Files.createTempDirectory("cairn-"));
  }

  synchronized Path newFile() {
    return folder.resolve("run-" + files++);
  }

  /// Writes sorted entries as a segment and maps it; valid until close.
  Segment write(ObjectId index, ObjectId repository, SegmentWriter.Entries entries)
      throws IOException, CorruptData {
    Path file = newFile();
    new SegmentWriter(index, repository).write(file, entries);
    return open(file, index, repository);
  }

  private Segment open(Path file, ObjectId index, ObjectId repository)
      throws IOException, CorruptData {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new Segment(
          index, repository, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
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

  @Override
  public void close() throws IOException {
    arena.close();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}

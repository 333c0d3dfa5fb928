package cairn.repository.index;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.chunk.Encoding;
import cairn.repository.pack.BlobEntry;
import cairn.repository.pack.PackContent;
import cairn.repository.test.Samples;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Segments for tests, in memory.
final class Segments {
  static final ObjectId INDEX = Samples.objectId(7);

  private Segments() {}

  static Location location(ChunkId id, RandomGenerator chance) {
    boolean delta = chance.nextInt(4) == 0;
    int pack = chance.nextInt(5);
    return new Location(
        id,
        Samples.objectId(pack + 1),
        pack == 0 ? PackContent.NODES : PackContent.DATA,
        new BlobEntry.Place(
            64 + chance.nextInt(1 << 25), 1 + chance.nextInt(70_000), 1 + chance.nextInt(70_000)),
        delta ? Encoding.ZSTD_DELTA : chance.nextBoolean() ? Encoding.RAW : Encoding.ZSTD,
        delta ? new ChunkId(chance.nextInt(3), 1, 1, 1) : null);
  }

  static byte[] write(Path folder, List<Location> entries) throws IOException, CorruptData {
    Path file = Files.createTempFile(folder, "segment", "");
    new SegmentWriter(INDEX, Samples.REPOSITORY).write(file, Run.sorted(entries));
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    return bytes;
  }

  static Segment open(byte[] bytes) throws CorruptData, IOException {
    return new Segment(INDEX, Samples.REPOSITORY, MemorySegment.ofArray(bytes));
  }

  static List<Location> find(Segment segment, ChunkId id) throws CorruptData {
    List<Location> found = new ArrayList<>();
    segment.find(id, found);
    return found;
  }

  static List<Location> all(Segment segment) throws CorruptData {
    List<Location> all = new ArrayList<>();
    Segment.Cursor cursor = segment.cursor();
    for (Location next = cursor.next(); next != null; next = cursor.next()) {
      all.add(next);
    }
    return all;
  }
}

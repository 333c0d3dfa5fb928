package cairn.repository.index;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.pack.PackContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Writes one segment to a local file, in the order of [SegmentLayout].
///
/// The entries are gone through twice: once for the tables, once for the pages; so that memory is
/// needed for packs and bases only.
public final class SegmentWriter {
  /// Entries in ascending order of chunk id; each call of [Entries#open()] starts over.
  public interface Entries {
    Source open() throws IOException;
  }

  /// A walk through entries.
  public interface Source {
    /// The next entry, or null at the end.
    @Nullable Location next() throws IOException, CorruptData;
  }

  private final ObjectId index;
  private final ObjectId repository;
  private final SequencedMap<ObjectId, Integer> packs = new LinkedHashMap<>();
  private final List<PackContent> contents = new ArrayList<>();
  private List<ChunkId> bases = List.of();
  private long entryCount;

  public SegmentWriter(ObjectId index, ObjectId repository) {
    this.index = index;
    this.repository = repository;
  }

  /// Writes the segment to `file`, which is empty or not there.
  public void write(Path file, Entries entries) throws IOException, CorruptData {
    collectTables(entries.open());
    SegmentLayout layout = new SegmentLayout(index, entryCount, packs.size(), bases.size());
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      writeTables(out, layout);
      writePages(out, entries.open());
    }
  }

  private void collectTables(Source entries) throws IOException, CorruptData {
    TreeSet<ChunkId> distinct = new TreeSet<>();
    for (Location entry = entries.next(); entry != null; entry = entries.next()) {
      if (packs.putIfAbsent(entry.pack(), packs.size()) == null) {
        contents.add(entry.content());
      }
      if (entry.base() != null) {
        distinct.add(entry.base());
      }
      entryCount++;
    }
    bases = List.copyOf(distinct);
  }

  private void writeTables(FileChannel out, SegmentLayout layout) throws IOException {
    ByteWriter head = new ByteWriter(Math.toIntExact(layout.pagesOffset()));
    layout.writeTo(head, repository);
    int slot = 0;
    for (Map.Entry<ObjectId, Integer> pack : packs.entrySet()) {
      head.id(pack.getKey()).u8(contents.get(slot++).number()).u8(0).u16(0).u32(0);
    }
    for (ChunkId base : bases) {
      head.id(base);
    }
    head.u32(head.crc(SegmentLayout.HEAD_BYTES));
    head.padTo(Math.toIntExact(layout.pagesOffset()));
    flush(head, out);
  }

  private void writePages(FileChannel out, Source entries) throws IOException, CorruptData {
    ByteWriter pages = new ByteWriter(64 * Page.BYTES);
    int start = 0;
    long number = 0;
    for (Location entry = entries.next(); entry != null; entry = entries.next()) {
      if (pages.size() - start == Page.ENTRIES_MAX * Page.ENTRY_BYTES) {
        Page.complete(pages, start, index, number++);
        if (pages.size() >= 64 * Page.BYTES) {
          flush(pages, out);
        }
        start = pages.size();
      }
      writeEntry(pages, entry);
    }
    if (pages.size() > start) {
      Page.complete(pages, start, index, number);
    }
    flush(pages, out);
  }

  private void writeEntry(ByteWriter out, Location entry) {
    Integer pack = packs.get(entry.pack());
    if (pack == null) {
      throw new IllegalStateException("the entries changed between two walks");
    }
    out.id(entry.id()).u32(pack);
    out.u32(entry.place().offset()).u32(entry.place().storedLength());
    out.u32(entry.place().rawLength()).u32(baseOrdinal(entry.base()));
    out.u8(entry.encoding().number()).u8(0).u16(0);
  }

  private int baseOrdinal(@Nullable ChunkId base) {
    return base == null ? Page.NO_BASE : Collections.binarySearch(bases, base);
  }

  private static void flush(ByteWriter buffer, FileChannel out) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(buffer.buffer(), 0, buffer.size());
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
    buffer.clear();
  }
}

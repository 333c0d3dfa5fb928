package cairn.repository.index;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.pack.PackContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes one segment, in the order of [SegmentLayout].
///
/// The entries are gone through twice: once for the tables, once for the pages; so that memory is
/// needed for packs only.
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

  private static final int PIECE_BYTES = 1 << 20;
  private static final int PAGES_AT_ONCE = 64;

  private final ObjectId index;
  private final ObjectId repository;
  private final SequencedMap<ObjectId, Integer> packs = new LinkedHashMap<>();
  private final List<PackContent> contents = new ArrayList<>();
  private long entryCount;

  public SegmentWriter(ObjectId index, ObjectId repository) {
    this.index = index;
    this.repository = repository;
  }

  /// Writes the segment to `file`, which is empty or not there.
  public void write(Path file, Entries entries) throws IOException, CorruptData {
    try (BaseTable bases = new BaseTable();
        FileChannel out =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      collectTables(entries.open(), bases);
      write(out, entries, bases);
    }
  }

  /// Writes the segment where there is room for it until it is published.
  SegmentDraft draft(Entries entries) throws IOException, CorruptData {
    try (BaseTable bases = new BaseTable()) {
      collectTables(entries.open(), bases);
      return SegmentDraft.of(layout(bases).size(), out -> write(out, entries, bases));
    }
  }

  private void write(WritableByteChannel out, Entries entries, BaseTable bases)
      throws IOException, CorruptData {
    writeTables(out, bases);
    writePages(out, entries.open(), bases);
  }

  private SegmentLayout layout(BaseTable bases) {
    return new SegmentLayout(index, entryCount, packs.size(), bases.size());
  }

  private void collectTables(Source entries, BaseTable bases) throws IOException, CorruptData {
    for (Location entry = entries.next(); entry != null; entry = entries.next()) {
      if (packs.putIfAbsent(entry.pack(), packs.size()) == null) {
        contents.add(entry.content());
      }
      if (entry.base() != null) {
        bases.add(entry.base());
      }
      entryCount++;
    }
    bases.complete();
  }

  private void writeTables(WritableByteChannel out, BaseTable bases) throws IOException {
    SegmentLayout layout = layout(bases);
    ByteWriter head =
        new ByteWriter(SegmentLayout.HEAD_BYTES + packs.size() * SegmentLayout.PACK_BYTES);
    layout.writeTo(head, repository);
    int slot = 0;
    for (Map.Entry<ObjectId, Integer> pack : packs.entrySet()) {
      head.id(pack.getKey()).u8(contents.get(slot++).number()).u8(0).u16(0).u32(0);
    }
    CRC32C crc = new CRC32C();
    crc.update(head.buffer(), SegmentLayout.HEAD_BYTES, head.size() - SegmentLayout.HEAD_BYTES);
    flush(head, out);
    for (long offset = 0; offset < bases.bytes().byteSize(); offset += PIECE_BYTES) {
      long length = Math.min(PIECE_BYTES, bases.bytes().byteSize() - offset);
      ByteBuffer piece = bases.bytes().asSlice(offset, length).asByteBuffer();
      crc.update(piece.duplicate());
      writeFully(piece, out);
    }
    head.u32((int) crc.getValue());
    head.padTo((int) (layout.pagesOffset() - SegmentLayout.HEAD_BYTES - layout.tableBytes()));
    flush(head, out);
  }

  private void writePages(WritableByteChannel out, Source entries, BaseTable bases)
      throws IOException, CorruptData {
    ByteWriter pages =
        new ByteWriter((int) Math.min(layout(bases).pageCount(), PAGES_AT_ONCE) * Page.BYTES);
    int start = 0;
    long number = 0;
    for (Location entry = entries.next(); entry != null; entry = entries.next()) {
      if (pages.size() - start == Page.ENTRIES_MAX * Page.ENTRY_BYTES) {
        Page.complete(pages, start, index, number++);
        if (pages.size() >= PAGES_AT_ONCE * Page.BYTES) {
          flush(pages, out);
        }
        start = pages.size();
      }
      writeEntry(pages, entry, bases);
    }
    if (pages.size() > start) {
      Page.complete(pages, start, index, number);
    }
    flush(pages, out);
  }

  private void writeEntry(ByteWriter out, Location entry, BaseTable bases) {
    Integer pack = packs.get(entry.pack());
    if (pack == null) {
      throw new IllegalStateException("the entries changed between two walks");
    }
    ChunkId base = entry.base();
    out.id(entry.id()).u32(pack);
    out.u32(entry.place().offset()).u32(entry.place().storedLength());
    out.u32(entry.place().rawLength()).u32(base == null ? Page.NO_BASE : bases.ordinal(base));
    out.u8(entry.encoding().number()).u8(0).u16(0);
  }

  private static void flush(ByteWriter buffer, WritableByteChannel out) throws IOException {
    writeFully(ByteBuffer.wrap(buffer.buffer(), 0, buffer.size()), out);
    buffer.clear();
  }

  private static void writeFully(ByteBuffer bytes, WritableByteChannel out) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}

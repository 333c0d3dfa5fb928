package cairn.repository.index;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import cairn.repository.chunk.Encoding;
import cairn.repository.pack.BlobEntry;
import cairn.repository.pack.PackContent;
import cairn.repository.pack.PackDirectory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// One index segment, mapped. Head and tables are checked when it is opened, each page whenever it
/// is used. Safe for use by several threads.
public final class Segment {
  /// A look-up costs as much as going through so many pages.
  private static final int LOOK_UP_PAGES = 8;

  private static final long CRC_BYTES = 1 << 20;

  private final SegmentLayout layout;
  private final Subject subject;
  private final MemorySegment bytes;
  private final List<ObjectId> packs = new ArrayList<>();
  private final List<PackContent> contents = new ArrayList<>();

  /// @param bytes the whole object; must stay valid as long as the segment is used
  public Segment(ObjectId index, ObjectId repository, MemorySegment bytes)
      throws CorruptData, IOException {
    this.subject = SegmentLayout.subject(index);
    subject.check(
        bytes.byteSize() >= SegmentLayout.HEAD_BYTES, "size", bytes.byteSize(), "72 or more");
    byte[] head = bytes.asSlice(0, SegmentLayout.HEAD_BYTES).toArray(ValueLayout.JAVA_BYTE);
    this.layout = SegmentLayout.read(head, index, repository, bytes.byteSize());
    this.bytes = bytes;
    readTables();
  }

  private void readTables() throws CorruptData {
    MemorySegment tables = bytes.asSlice(SegmentLayout.HEAD_BYTES, layout.tableBytes());
    long crcOffset = SegmentLayout.HEAD_BYTES + layout.tableBytes();
    byte[] gap =
        bytes.asSlice(crcOffset, layout.pagesOffset() - crcOffset).toArray(ValueLayout.JAVA_BYTE);
    subject.checkEqual(new ByteReader(gap, subject).u32(), crc(tables), "crc of tables");
    subject.checkZeros(gap, Integer.BYTES, gap.length, "padding");
    byte[] packTable =
        tables
            .asSlice(0, (long) layout.packCount() * SegmentLayout.PACK_BYTES)
            .toArray(ValueLayout.JAVA_BYTE);
    ByteReader in = new ByteReader(packTable, subject);
    for (int i = 0; i < layout.packCount(); i++) {
      packs.add(in.objectId());
      contents.add(PackContent.of(in.u8(), subject));
      in.skip(7);
    }
  }

  /// In pieces, as no buffer has more than 2 GiB, and the bases of ten terabytes do.
  static int crc(MemorySegment tables) {
    CRC32C crc = new CRC32C();
    for (long offset = 0; offset < tables.byteSize(); offset += CRC_BYTES) {
      long length = Math.min(CRC_BYTES, tables.byteSize() - offset);
      crc.update(tables.asSlice(offset, length).asByteBuffer());
    }
    return (int) crc.getValue();
  }

  public ObjectId id() {
    return layout.index();
  }

  public long size() {
    return layout.entryCount();
  }

  /// Whether any chunk in it is stored as the difference to another.
  public boolean hasBases() {
    return layout.baseCount() > 0;
  }

  /// The packs that it lists, in the order of its table.
  public List<ObjectId> packs() {
    return List.copyOf(packs);
  }

  /// Adds to `found` every place where the chunk lies.
  public void find(ChunkId id, List<Location> found) throws CorruptData {
    visit(id, (page, number, slot) -> found.add(location(page, slot)));
  }

  /// Tells the ordinal of every entry of the chunk: its place among all entries, from 0.
  public void ordinals(ChunkId id, LongConsumer found) throws CorruptData {
    visit(id, (page, number, slot) -> found.accept(number * Page.ENTRIES_MAX + slot));
  }

  /// Told of an entry that has an id of a batch.
  interface Match {
    /// @param place of the id in the batch
    void entry(int place, long ordinal);
  }

  /// Tells every entry whose id is in a sorted batch.
  void match(IdBatch batch, Match match) throws CorruptData {
    if (batch.size() < layout.pageCount() / LOOK_UP_PAGES) {
      for (int place = 0; place < batch.size(); place++) {
        int found = place;
        ordinals(batch.id(place), ordinal -> match.entry(found, ordinal));
      }
      return;
    }
    int rank = 0;
    for (long number = 0; number < layout.pageCount() && rank < batch.size(); number++) {
      rank = match(page(number), number, batch, rank, match);
    }
  }

  private static int match(Page page, long number, IdBatch batch, int firstRank, Match match) {
    int rank = firstRank;
    for (int slot = 0; slot < page.count(); slot++) {
      long prefix = IdBatch.prefix(page.firstWord(slot));
      while (rank < batch.size() && batch.prefixOf(rank) < prefix) {
        rank++;
      }
      for (int same = rank; same < batch.size() && batch.prefixOf(same) == prefix; same++) {
        int place = batch.placeOf(same);
        if (batch.id(place).equals(page.id(slot))) {
          match.entry(place, number * Page.ENTRIES_MAX + slot);
        }
      }
    }
    return rank;
  }

  private interface Visitor {
    void entry(Page page, long number, int slot) throws CorruptData;
  }

  private void visit(ChunkId id, Visitor visitor) throws CorruptData {
    long count = layout.pageCount();
    if (count == 0) {
      return;
    }
    for (long number = pageOf(id, count); number < count; number++) {
      Page page = page(number);
      int slot = page.lowerBound(id);
      while (slot < page.count() && page.id(slot).equals(id)) {
        visitor.entry(page, number, slot++);
      }
      if (slot < page.count()) {
        return;
      }
    }
  }

  /// The last page whose first id is below `id`, or 0. Ids are uniformly distributed, so the guess
  /// by interpolation is off by a few pages, whatever the size.
  private long pageOf(ChunkId id, long count) {
    long low = 0;
    long high = count;
    long guess = Math.unsignedMultiplyHigh(id.a(), count);
    long step = 1;
    while (high - low > 1) {
      if (firstId(guess).compareTo(id) < 0) {
        low = guess;
        guess = Math.min(low + step, (low + high) >>> 1);
      } else {
        high = guess;
        guess = Math.max(high - step, (low + high) >>> 1);
      }
      guess = Math.clamp(guess, low + 1, Math.max(low + 1, high - 1));
      step *= 2;
    }
    return low;
  }

  private ChunkId firstId(long number) {
    return OffHeap.id(bytes, layout.pagesOffset() + number * Page.BYTES);
  }

  private Page page(long number) throws CorruptData {
    return Page.read(
        OffHeap.copy(bytes, layout.pagesOffset() + number * Page.BYTES, Page.BYTES),
        layout.index(),
        number,
        subject);
  }

  private Location location(Page page, int slot) throws CorruptData {
    Subject entry = page.subject().slot(slot);
    int pack = page.field(slot, 32);
    entry.checkBelow(pack, packs.size(), "pack");
    int offset = page.field(slot, 36);
    entry.check(
        offset >= PackDirectory.HEAD_BYTES && offset < PackDirectory.PACK_BYTES_MAX,
        "offset",
        offset,
        "within a pack");
    int stored = page.field(slot, 40);
    int raw = page.field(slot, 44);
    entry.check(
        stored > 0 && stored < PackDirectory.PACK_BYTES_MAX, "stored length", stored, "1..2^30");
    entry.check(raw > 0 && raw < PackDirectory.PACK_BYTES_MAX, "raw length", raw, "1..2^30");
    Encoding encoding = Encoding.of(page.encoding(slot), entry);
    int base = page.field(slot, Page.BASE_OFFSET);
    entry.check(
        (base != Page.NO_BASE) == (encoding == Encoding.ZSTD_DELTA), "base", base, "for deltas");
    return new Location(
        page.id(slot),
        packs.get(pack),
        contents.get(pack),
        new BlobEntry.Place(offset, stored, raw),
        encoding,
        base == Page.NO_BASE ? null : base(base, entry));
  }

  private ChunkId base(int ordinal, Subject entry) throws CorruptData {
    entry.checkBelow(ordinal, layout.baseCount(), "base");
    return OffHeap.id(bytes, layout.basesOffset() + (long) ordinal * SegmentLayout.BASE_BYTES);
  }

  /// Every entry in ascending order of chunk id, each page checked on the way.
  public Cursor cursor() {
    return new Cursor();
  }

  /// Checks every page, and the order of all entries.
  public void check() throws CorruptData {
    Cursor cursor = cursor();
    @Nullable ChunkId last = null;
    long seen = 0;
    for (Location next = cursor.next(); next != null; next = cursor.next()) {
      subject.check(
          last == null || last.compareTo(next.id()) <= 0, "order", next.id(), "ascending");
      last = next.id();
      seen++;
    }
    subject.checkEqual(seen, layout.entryCount(), "entries");
  }

  /// A walk through the entries. Not safe for use by several threads.
  public final class Cursor {
    private long number = -1;
    private int slot;
    private @Nullable Page page;

    private Cursor() {}

    /// The next entry, or null at the end.
    public @Nullable Location next() throws CorruptData {
      @Nullable Page at = pageOfNext();
      return at == null ? null : location(at, slot++);
    }

    /// The next entry of a chunk that is stored as the difference to another, or null at the end.
    public @Nullable Location nextDelta() throws CorruptData {
      for (Page at = pageOfNext(); at != null; at = pageOfNext()) {
        if (at.field(slot++, Page.BASE_OFFSET) != Page.NO_BASE) {
          return location(at, slot - 1);
        }
      }
      return null;
    }

    private @Nullable Page pageOfNext() throws CorruptData {
      while (page == null || slot == page.count()) {
        if (++number >= layout.pageCount()) {
          return null;
        }
        page = page(number);
        slot = 0;
      }
      return page;
    }

    /// The ordinal of the entry that was given last.
    public long ordinal() {
      return number * Page.ENTRIES_MAX + slot - 1;
    }
  }
}

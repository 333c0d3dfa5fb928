package cairn.volume.overlay;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.linux.RawFile;
import cairn.volume.overlay.UnitMap.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The pages of an overlay: its header, and where each unit is. Maps that say nothing are not in
/// memory.
final class OverlayPages {
  private static final int HEADER = 0;

  private final RawFile file;
  private final OverlayBase base;
  private final OverlayLayout layout;
  private final AtomicReferenceArray<@Nullable UnitMap> maps;
  private final List<Integer> torn = new ArrayList<>();
  private long headerSequence;

  private OverlayPages(RawFile file, OverlayBase base, long headerSequence) {
    this.file = file;
    this.base = base;
    this.layout = new OverlayLayout(base.size());
    this.maps = new AtomicReferenceArray<>(layout.maps());
    this.headerSequence = headerSequence;
  }

  /// The header comes last, and in both places: before it is durable there is no overlay.
  static OverlayPages create(RawFile file, OverlayBase base) throws IOException {
    OverlayPages pages = new OverlayPages(file, base, 0);
    file.resize(pages.layout.fileBytes());
    file.sync();
    pages.writeHeader(true);
    pages.writeHeader(true);
    file.sync();
    return pages;
  }

  static OverlayPages open(RawFile file, OverlayBase base) throws IOException, CorruptData {
    OverlayPages pages = read(file, base);
    pages.writeTorn();
    pages.writeHeader(true);
    file.sync();
    return pages;
  }

  /// Writes nothing.
  static OverlayPages read(RawFile file, OverlayBase base) throws IOException, CorruptData {
    Subject subject = Subject.of("overlay", file.path());
    Found found = header(file, subject);
    OverlayHeader header = OverlayHeader.read(found.page, subject);
    if (!header.base().equals(base)) {
      throw new IOException(
          file.path()
              + " stands on volume "
              + header.base().volume()
              + " of snapshot "
              + header.base().snapshot()
              + ", and not on volume "
              + base.volume()
              + " of snapshot "
              + base.snapshot());
    }
    OverlayPages pages = new OverlayPages(file, base, found.page.sequence());
    subject.check(
        file.status().sizeBytes() >= pages.layout.fileBytes(),
        "file size",
        file.status().sizeBytes(),
        pages.layout.fileBytes());
    pages.readMaps(header.open(), subject);
    return pages;
  }

  /// What the file says that it stands on.
  static OverlayHeader readHeader(RawFile file) throws IOException, CorruptData {
    Subject subject = Subject.of("overlay", file.path());
    return OverlayHeader.read(header(file, subject).page, subject);
  }

  private static Found header(RawFile file, Subject subject) throws IOException, CorruptData {
    long bytes = file.status().sizeBytes();
    subject.check(bytes >= Page.offset(1, 0), "file size", bytes, Page.offset(1, 0));
    Found header = newest(file, HEADER);
    subject.check(header.page.sequence() > 0, "header", "no page that is whole", "one");
    return header;
  }

  /// The page of a pair that counts; of sequence 0 when there is none yet.
  ///
  /// @param torn how many of the two are neither whole nor empty
  private record Found(Page page, int torn) {}

  private static Found newest(RawFile file, int pair) throws IOException {
    Page newest = new Page(pair, 0, new byte[Page.CONTENT_BYTES]);
    int torn = 0;
    byte[] bytes = new byte[Page.BYTES];
    for (int side = 0; side < 2; side++) {
      Bytes.read(file, Page.offset(pair, side), bytes, 0, bytes.length);
      Optional<Page> page = Page.read(bytes, pair);
      if (page.isEmpty() && !isEmpty(bytes)) {
        torn++;
      } else if (page.isPresent() && page.get().sequence() > newest.sequence()) {
        newest = page.get();
      }
    }
    return new Found(newest, torn);
  }

  private static boolean isEmpty(byte[] bytes) {
    for (byte octet : bytes) {
      if (octet != 0) {
        return false;
      }
    }
    return true;
  }

  /// A page that is not whole is what a crash leaves. Without a crash it is damage, and what is
  /// beside it an old state that looks sound.
  private void readMaps(boolean crashed, Subject subject) throws IOException, CorruptData {
    for (int i = 0; i < maps.length(); i++) {
      Found found = newest(file, i + 1);
      subject
          .slot(i + 1)
          .check(found.torn <= (crashed ? 1 : 0), "pages that are not whole", found.torn, 0);
      if (found.page.sequence() > 0 || found.torn > 0) {
        UnitMap map = new UnitMap(found.page.content(), found.page.sequence());
        subject.slot(i + 1).check(map.isSound(), "place of a unit", 3, 2);
        maps.set(i, map);
        if (found.torn > 0) {
          torn.add(i);
        }
      }
    }
  }

  /// A second crash would else leave two pages that are not whole.
  private void writeTorn() throws IOException {
    for (int i : torn) {
      write(map(i).take(i + 1));
    }
    torn.clear();
  }

  OverlayLayout layout() {
    return layout;
  }

  Place place(long unit) {
    UnitMap map = maps.get((int) (unit / UnitMap.UNITS));
    return map == null ? Place.BELOW : map.place((int) (unit % UnitMap.UNITS));
  }

  /// Of the units `[from, to)`.
  void set(long from, long to, Place place) {
    for (long at = from; at < to; ) {
      int number = (int) (at / UnitMap.UNITS);
      long next = Math.min(to, (number + 1L) * UnitMap.UNITS);
      long start = (long) number * UnitMap.UNITS;
      map(number).set((int) (at - start), (int) (next - start), place);
      at = next;
    }
  }

  private UnitMap map(int number) {
    UnitMap map = maps.get(number);
    if (map == null) {
      maps.compareAndSet(number, null, new UnitMap());
      map = java.util.Objects.requireNonNull(maps.get(number));
    }
    return map;
  }

  /// What has changed since it was asked last.
  List<Page> takeChanged() {
    List<Page> changed = new ArrayList<>();
    for (int i = 0; i < maps.length(); i++) {
      UnitMap map = maps.get(i);
      Page page = map == null ? null : map.takeChanged(i + 1);
      if (page != null) {
        changed.add(page);
      }
    }
    return changed;
  }

  void write(List<Page> changed) throws IOException {
    for (Page page : changed) {
      write(page);
    }
  }

  void writeHeader(boolean open) throws IOException {
    headerSequence++;
    write(new Page(HEADER, headerSequence, new OverlayHeader(base, open).toBytes()));
  }

  private void write(Page page) throws IOException {
    int side = (int) (page.sequence() % 2);
    Bytes.write(file, Page.offset(page.pair(), side), page.toBytes(), 0, Page.BYTES);
  }
}

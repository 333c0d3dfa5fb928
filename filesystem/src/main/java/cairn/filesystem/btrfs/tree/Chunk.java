package cairn.filesystem.btrfs.tree;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A range of logical addresses and the devices that it lies on, `struct btrfs_chunk`. The key says
/// where it begins.
///
/// | offset | bytes | field                                                   |
/// |-------:|------:|---------------------------------------------------------|
/// |      0 |     8 | length                                                  |
/// |     16 |     8 | bytes that lie together on one device, always 64 KiB    |
/// |     24 |     8 | type: what it holds, and its profile                    |
/// |     40 |     4 | sector size                                             |
/// |     44 |     4 | number of stripes; copies of each stripe in RAID10      |
/// |     48 |  32 n | stripes: device id, offset there, UUID of the device    |
///
/// @param start the first logical address
public record Chunk(long start, long length, long type, int copies, List<Stripe> stripes) {
  public static final long DATA = 0x1;
  public static final long SYSTEM = 0x2;
  public static final long METADATA = 0x4;

  private static final int HEADER_BYTES = 48;
  private static final int STRIPE_BYTES = 32;
  private static final long UNIT = 64 << 10;
  private static final long UNITS_MAX = 0xFFFF_FFFFL;

  private static final long CONTENT = 0x7;
  private static final long RAID0 = 0x8;
  private static final long RAID1 = 0x10;
  private static final long DUP = 0x20;
  private static final long RAID10 = 0x40;
  private static final long RAID5 = 0x80;
  private static final long RAID6 = 0x100;
  private static final long RAID1C3 = 0x200;
  private static final long RAID1C4 = 0x400;
  public static final long PROFILES =
      RAID0 | RAID1 | DUP | RAID10 | RAID5 | RAID6 | RAID1C3 | RAID1C4;

  /// Where a device takes part.
  ///
  /// @param uuid of the device; empty when it is all zeros
  public record Stripe(long device, long offset, Optional<String> uuid) {}

  /// Is told ranges of a device.
  @FunctionalInterface
  public interface RangeVisitor {
    void range(long offset, long length);
  }

  public Chunk {
    stripes = List.copyOf(stripes);
  }

  /// How many bytes a chunk with this header has; at least a header must be there.
  static int bytes(Fields fields, int at) {
    return HEADER_BYTES + STRIPE_BYTES * fields.u16(at + 44);
  }

  static Chunk read(Key key, Fields item, BtrfsSuperblock superblock) throws CorruptData {
    Subject subject = Subject.of("chunk", Long.toUnsignedString(key.offset()));
    boolean goodSize = item.size() >= HEADER_BYTES && item.size() == bytes(item, 0);
    subject.check(goodSize, "size", item.size(), HEADER_BYTES + " and its stripes");
    subject.checkEqual(item.u64(16), UNIT, "stripe length");
    subject.checkEqual(item.u32(40), superblock.sectorBytes(), "sector size");
    Chunk chunk = of(key, item);
    chunk.check(subject);
    chunk.checkContent(superblock, subject);
    return chunk;
  }

  /// Of an item that passed the rules.
  public static Chunk of(Item item) {
    return of(item.key(), item.data());
  }

  private static Chunk of(Key key, Fields item) {
    List<Stripe> stripes = new ArrayList<>();
    for (int at = HEADER_BYTES; at < item.size(); at += STRIPE_BYTES) {
      stripes.add(new Stripe(item.u64(at), item.u64(at + 8), item.uuid(at + 16)));
    }
    int copies = Math.max(1, item.u16(46));
    return new Chunk(key.offset(), item.u64(0), item.u64(24), copies, stripes);
  }

  public long end() {
    return start + length;
  }

  public boolean isSystem() {
    return (type & SYSTEM) != 0;
  }

  /// Tells every range on a device that holds a part of `[address, address + size)`, which lies
  /// within the chunk: all copies, and where there is parity, everything that it is made of.
  public void visit(long device, long address, long size, RangeVisitor visitor) {
    long from = address - start;
    for (int index = 0; index < stripes.size(); index++) {
      Stripe stripe = stripes.get(index);
      if (stripe.device() == device) {
        if (isMirrored()) {
          visitor.range(stripe.offset() + from, size);
        } else if (hasParity()) {
          long row = from / rowBytes();
          long rows = Math.ceilDiv(from + size, rowBytes()) - row;
          visitor.range(stripe.offset() + row * UNIT, rows * UNIT);
        } else {
          visitColumn(index / columnCopies(), stripe, new long[] {from, from + size}, visitor);
        }
      }
    }
  }

  /// Where a device holds the first byte of a range that lies together: of each copy.
  void visitCopies(long device, long address, int size, RangeVisitor visitor) {
    if (hasParity()) {
      visitBesideParity(device, address, size, visitor);
      return;
    }
    visit(
        device,
        address,
        size,
        (offset, length) -> {
          if (length == size) {
            visitor.range(offset, length);
          }
        });
  }

  /// How many bytes from an address on lie together.
  long together(long address) {
    return isMirrored()
        ? end() - address
        : Math.min(end() - address, UNIT - (address - start) % UNIT);
  }

  /// How far it reaches on each of its devices.
  public long deviceBytes() {
    return isMirrored() ? length : Math.ceilDiv(length, rowBytes()) * UNIT;
  }

  /// The parity moves by one device with each row, and the data with it.
  private void visitBesideParity(long device, long address, int size, RangeVisitor visitor) {
    long from = address - start;
    long unit = from / UNIT;
    long row = unit / columns();
    Stripe stripe = stripes.get((int) ((row + unit % columns()) % stripes.size()));
    boolean within = from % UNIT + size <= UNIT;
    if (within && stripe.device() == device) {
      visitor.range(stripe.offset() + row * UNIT + from % UNIT, size);
    }
  }

  private void visitColumn(int column, Stripe stripe, long[] range, RangeVisitor visitor) {
    long firstRow = range[0] / rowBytes();
    long lastRow = (range[1] - 1) / rowBytes();
    long low = clip(range[0] - (firstRow * columns() + column) * UNIT);
    long high = clip(range[1] - (lastRow * columns() + column) * UNIT);
    long offset = stripe.offset() + firstRow * UNIT + low;
    long end = stripe.offset() + lastRow * UNIT + high;
    if (end > offset) {
      visitor.range(offset, end - offset);
    }
  }

  private static long clip(long within) {
    return Math.clamp(within, 0, UNIT);
  }

  private boolean isMirrored() {
    return (type & (RAID0 | RAID10 | RAID5 | RAID6)) == 0;
  }

  private boolean hasParity() {
    return (type & (RAID5 | RAID6)) != 0;
  }

  private int columnCopies() {
    return (type & RAID10) != 0 ? copies : 1;
  }

  /// How many stripes of a row hold data of their own.
  private int columns() {
    if (hasParity()) {
      return stripes.size() - ((type & RAID5) != 0 ? 1 : 2);
    }
    return stripes.size() / columnCopies();
  }

  private long rowBytes() {
    return columns() * UNIT;
  }

  private void check(Subject subject) throws CorruptData {
    subject.check((type & ~(CONTENT | PROFILES)) == 0, "type", type, "known bits");
    subject.check((type & CONTENT) != 0, "type", type, "what it holds");
    subject.check(Long.bitCount(type & PROFILES) <= 1, "type", type, "one profile");
    int count = stripes.size();
    boolean goodCount =
        switch ((int) (type & PROFILES)) {
          case (int) RAID0 -> count >= 1;
          case (int) RAID1, (int) DUP -> count == 2;
          case (int) RAID1C3 -> count == 3;
          case (int) RAID1C4 -> count == 4;
          case (int) RAID10 -> copies == 2 && count >= 2 && count % 2 == 0;
          case (int) RAID5 -> count >= 2;
          case (int) RAID6 -> count >= 3;
          default -> count == 1;
        };
    subject.check(goodCount, "stripes", count, "as many as the profile needs");
    boolean goodPlace = start >= 0 && length > 0 && start <= Long.MAX_VALUE - length;
    subject.check(goodPlace, "length", length, "1 and more");
    subject.check(length < UNITS_MAX * UNIT, "length", length, UNITS_MAX * UNIT);
  }

  private void checkContent(BtrfsSuperblock superblock, Subject subject) throws CorruptData {
    long sector = superblock.sectorBytes();
    subject.check(start % sector == 0, "start", start, "aligned to " + sector);
    subject.check(length % sector == 0, "length", length, "aligned to " + sector);
    long content = type & CONTENT;
    boolean mixed = content == (DATA | METADATA) && superblock.isMixed();
    subject.check(mixed || Long.bitCount(content) == 1, "type", type, "one kind of content");
  }
}

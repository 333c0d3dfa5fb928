package cairn.filesystem.lvm;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.Patches.Patch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/// The label, in one of the first four sectors of 512 bytes, and the header behind it.
/// Little-endian.
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |      0 |     8 | `LABELONE`                                                  |
/// |      8 |     8 | the sector in which it lies                                 |
/// |     16 |     4 | checksum of all after it, see [LvmCrc]                      |
/// |     20 |     4 | where in the sector the header is                           |
/// |     24 |     8 | `LVM2 001`                                                  |
///
/// The header is an id of 32 characters, the size of the device (u64), and two lists of ranges,
/// offset and size (u64), that end with zeros: where the data lies, and where the metadata.
///
/// @param id without hyphens
/// @param metadata ranges of bytes
record LvmLabel(String id, long deviceBytes, long dataOffset, List<Range> metadata) {
  private static final int SECTOR = 512;
  private static final int SECTORS = 4;

  /// Nothing else lies before it.
  static final int END = SECTORS * SECTOR;

  private static final String MAGIC = "LABELONE";
  private static final String TYPE = "LVM2 001";
  private static final int ID_BYTES = 32;

  /// Of bytes of the device.
  record Range(long offset, long size) {}

  LvmLabel {
    metadata = List.copyOf(metadata);
  }

  static boolean recognises(Fields head) {
    for (int sector = 0; sector < SECTORS; sector++) {
      if (head.holds(sector * SECTOR, MAGIC)) {
        return true;
      }
    }
    return false;
  }

  static LvmLabel read(BlockReader volume) throws IOException, CorruptData {
    Subject subject = Subject.of("label", "lvm2");
    Fields head = Fields.littleEndian(Area.read(volume, 0, SECTORS * SECTOR, subject));
    for (int sector = 0; sector < SECTORS; sector++) {
      if (head.holds(sector * SECTOR, MAGIC)) {
        return read(head.part(sector * SECTOR, SECTOR), sector);
      }
    }
    throw subject.corrupt("magic", "none", MAGIC);
  }

  /// The label for a device of another size. It must be sound.
  ///
  /// @param moved where a metadata area lies then
  static Patch patch(BlockReader volume, long deviceBytes, UnaryOperator<Range> moved)
      throws IOException, CorruptData {
    Subject subject = Subject.of("label", "lvm2");
    byte[] head = Area.read(volume, 0, SECTORS * SECTOR, subject);
    Fields fields = Fields.littleEndian(head);
    int sector = 0;
    while (!fields.holds(sector * SECTOR, MAGIC)) {
      sector++;
    }
    byte[] bytes = Arrays.copyOfRange(head, sector * SECTOR, (sector + 1) * SECTOR);
    ByteBuffer label = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int at = label.getInt(20) + ID_BYTES;
    label.putLong(at, deviceBytes);
    int next = ranges(Fields.littleEndian(bytes), at + 8, new ArrayList<>(), subject);
    for (; label.getLong(next) != 0; next += 16) {
      Range area = moved.apply(new Range(label.getLong(next), label.getLong(next + 8)));
      label.putLong(next, area.offset()).putLong(next + 8, area.size());
    }
    label.putInt(16, LvmCrc.of(bytes, 20, SECTOR - 20));
    return new Patch((long) sector * SECTOR, bytes);
  }

  private static LvmLabel read(Fields label, int sector) throws CorruptData {
    Subject subject = Subject.of("label", "lvm2").at(Integer.toString(sector * SECTOR));
    subject.check(label.holds(24, TYPE), "type", label.text(24, 8).orElse(""), TYPE);
    subject.checkEqual(label.u64(8), sector, "sector");
    subject.checkEqual(label.i32(16), LvmCrc.of(label.bytes(), 20, SECTOR - 20), "checksum");
    long offset = label.u32(20);
    boolean within = offset >= 32 && offset <= SECTOR - ID_BYTES - 8;
    subject.check(within, "header", offset, 32);
    int at = (int) offset + ID_BYTES;
    List<Range> data = new ArrayList<>();
    int next = ranges(label, at + 8, data, subject);
    List<Range> metadata = new ArrayList<>();
    ranges(label, next, metadata, subject);
    subject.checkEqual(data.size(), 1, "data areas");
    String id = label.text((int) offset, ID_BYTES).orElse("");
    return new LvmLabel(id, label.u64(at), data.getFirst().offset(), metadata);
  }

  private static int ranges(Fields label, int from, List<Range> ranges, Subject subject)
      throws CorruptData {
    int at = from;
    while (true) {
      subject.check(at + 16 <= SECTOR, "list of areas", at, "within the sector");
      Range range = new Range(label.u64(at), label.u64(at + 8));
      at += 16;
      if (range.offset() == 0) {
        return at;
      }
      ranges.add(range);
    }
  }
}

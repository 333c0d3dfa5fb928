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
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// A metadata area: a header of 512 bytes, `struct mda_header`, and behind it a ring of texts.
///
/// | offset | bytes | field                                                        |
/// |-------:|------:|--------------------------------------------------------------|
/// |      0 |     4 | checksum of all after it, see [LvmCrc]                       |
/// |      4 |    16 | ` LVM2 x[5A%r0N*>`                                           |
/// |     20 |     4 | version, 1                                                   |
/// |     24 |    16 | offset of this area on the device, and its size              |
/// |     40 |    24 | the text: offset in this area, size (u64), checksum, flags (u32) |
/// |     64 |    24 | the text that is about to follow                             |
///
/// @param text empty when LVM does not use this area
/// @param changing whether another text has been written, and is about to replace this one
record LvmMetadata(LvmLabel.Range area, Optional<String> text, boolean changing) {
  private static final int HEADER_BYTES = 512;
  private static final String MAGIC = " LVM2 x[5A%r0N*>";
  private static final int VERSION = 1;
  private static final int IGNORED = 1;
  private static final int TEXT_BYTES_MAX = 16 << 20;

  static LvmMetadata read(BlockReader volume, LvmLabel.Range area) throws IOException, CorruptData {
    Subject subject = Subject.of("metadata area", "lvm2").at(Long.toString(area.offset()));
    Fields header = Fields.littleEndian(Area.read(volume, area.offset(), HEADER_BYTES, subject));
    subject.check(header.holds(4, MAGIC), "magic", header.u64(4), MAGIC);
    subject.checkEqual(header.i32(0), LvmCrc.of(header.bytes(), 4, HEADER_BYTES - 4), "checksum");
    subject.checkEqual(header.u32(20), VERSION, "version");
    subject.checkEqual(header.u64(24), area.offset(), "start");
    subject.checkEqual(header.u64(32), area.size(), "size");
    boolean used = header.u64(40) != 0 && (header.i32(60) & IGNORED) == 0;
    Optional<String> text =
        used ? Optional.of(text(volume, area, header, subject)) : Optional.empty();
    return new LvmMetadata(area, text, header.u64(64) != 0);
  }

  /// The area with another text, at the start of its ring. An area that is not used stays so.
  ///
  /// @param moved where it lies then
  static Patch patch(
      BlockReader volume, LvmLabel.Range area, LvmLabel.Range moved, Optional<String> text)
      throws IOException, CorruptData {
    Subject subject = Subject.of("metadata area", "lvm2").at(Long.toString(area.offset()));
    byte[] old = Area.read(volume, area.offset(), HEADER_BYTES, subject);
    boolean used = read(volume, area).text().isPresent();
    byte[] bytes =
        used ? (text.orElseThrow() + '\0').getBytes(StandardCharsets.UTF_8) : new byte[0];
    long most = Math.min(TEXT_BYTES_MAX, area.size() - HEADER_BYTES) / 2;
    subject.check(bytes.length <= most, "text size", bytes.length, "1.." + most);
    int sectors = Math.ceilDiv(bytes.length, HEADER_BYTES);
    byte[] whole = Arrays.copyOf(old, HEADER_BYTES * (1 + sectors));
    System.arraycopy(bytes, 0, whole, HEADER_BYTES, bytes.length);
    ByteBuffer header = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(24, moved.offset());
    header.putLong(40, used ? HEADER_BYTES : 0).putLong(48, bytes.length);
    header.putInt(56, used ? LvmCrc.of(bytes, 0, bytes.length) : 0);
    header.putInt(0, LvmCrc.of(whole, 4, HEADER_BYTES - 4));
    return new Patch(moved.offset(), whole);
  }

  /// A text that does not fit before the end of the ring goes on at its start.
  private static String text(
      BlockReader volume, LvmLabel.Range area, Fields header, Subject subject)
      throws IOException, CorruptData {
    long offset = header.u64(40);
    long size = header.u64(48);
    boolean goodSize = size > 0 && size <= Math.min(TEXT_BYTES_MAX, area.size() - HEADER_BYTES);
    subject.check(goodSize, "text size", size, "1.." + TEXT_BYTES_MAX);
    boolean goodOffset = offset >= HEADER_BYTES && offset < area.size();
    subject.check(goodOffset, "text offset", offset, area.size());
    int first = (int) Math.min(size, area.size() - offset);
    int rest = (int) size - first;
    byte[] text = new byte[(int) size];
    byte[] head = Area.read(volume, area.offset() + offset, first, subject);
    byte[] tail = Area.read(volume, area.offset() + HEADER_BYTES, rest, subject);
    System.arraycopy(head, 0, text, 0, first);
    System.arraycopy(tail, 0, text, first, rest);
    subject.checkEqual(header.i32(56), LvmCrc.of(text, 0, text.length), "text checksum");
    return new String(text, StandardCharsets.UTF_8);
  }
}

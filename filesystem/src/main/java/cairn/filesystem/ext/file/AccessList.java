package cairn.filesystem.ext.file;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// An access list. On disk (`fs/ext4/acl.h`): version 1 (4 bytes), then entries of a tag (2), its
/// permissions (2) and, only where the tag is about somebody, who that is (4). As `getxattr` tells
/// it (`linux/posix_acl_xattr.h`): version 2, and all entries have 8 bytes.
final class AccessList {
  private static final int VERSION_ON_DISK = 1;
  private static final int VERSION_OUTSIDE = 2;
  private static final int TAG_USER = 2;
  private static final int TAG_GROUP = 8;
  private static final int NOBODY = -1;
  private static final int SHORT_BYTES = 4;
  private static final int LONG_BYTES = 8;

  private AccessList() {}

  static byte[] convert(byte[] value, Subject subject) throws CorruptData {
    subject.check(value.length >= SHORT_BYTES, "length of access list", value.length, "4 or more");
    Fields fields = Fields.littleEndian(value);
    subject.checkEqual(fields.u32(0), VERSION_ON_DISK, "version of access list");
    ByteBuffer outside =
        ByteBuffer.allocate(SHORT_BYTES + 2 * value.length).order(ByteOrder.LITTLE_ENDIAN);
    outside.putInt(VERSION_OUTSIDE);
    int at = SHORT_BYTES;
    while (at < value.length) {
      subject.check(
          at + SHORT_BYTES <= value.length, "length of access list", value.length, "whole entries");
      int tag = fields.u16(at);
      boolean somebody = tag == TAG_USER || tag == TAG_GROUP;
      int bytes = somebody ? LONG_BYTES : SHORT_BYTES;
      subject.check(
          at + bytes <= value.length, "length of access list", value.length, "whole entries");
      outside.putShort((short) tag).putShort((short) fields.u16(at + 2));
      outside.putInt(somebody ? fields.i32(at + SHORT_BYTES) : NOBODY);
      at += bytes;
    }
    byte[] bytes = new byte[outside.position()];
    outside.flip().get(bytes);
    return bytes;
  }
}

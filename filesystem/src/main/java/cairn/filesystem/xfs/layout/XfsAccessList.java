package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// An access list, `struct xfs_acl`, kept as the value of an attribute of the superuser.
///
/// | offset | bytes | field                                                      |
/// |-------:|------:|------------------------------------------------------------|
/// |      0 |     4 | number of entries                                          |
/// |      4 |       | each: tag, u32; user or group, u32; permissions, u16; padding, 2 |
public record XfsAccessList(List<Entry> entries) {
  private static final byte[] ACCESS = "SGI_ACL_FILE".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DEFAULT = "SGI_ACL_DEFAULT".getBytes(StandardCharsets.US_ASCII);
  private static final int ENTRY_BYTES = 12;
  private static final int XATTR_VERSION = 2;
  private static final int XATTR_ENTRY_BYTES = 8;
  private static final int USER = 0x02;
  private static final int GROUP = 0x08;
  private static final int TAGS = 0x3F;

  /// @param id of a user or group; -1 for what names none
  public record Entry(int tag, int id, int permissions) {}

  /// The name by which the system tells an access list; empty for any other attribute.
  public static String nameOf(XfsAttribute attribute) {
    if ((attribute.flags() & XfsAttribute.ROOT) == 0) {
      return "";
    }
    if (Arrays.equals(attribute.name(), ACCESS)) {
      return "system.posix_acl_access";
    }
    return Arrays.equals(attribute.name(), DEFAULT) ? "system.posix_acl_default" : "";
  }

  public static XfsAccessList parse(byte[] value, Subject subject) throws CorruptData {
    Fields fields = Fields.bigEndian(value);
    long count = value.length < 4 ? -1 : fields.u32(0);
    boolean whole = count >= 0 && value.length == 4 + count * ENTRY_BYTES;
    subject.check(whole, "entries of the access list", count, (value.length - 4) / ENTRY_BYTES);
    List<Entry> entries = new ArrayList<>();
    for (int at = 4; at < value.length; at += ENTRY_BYTES) {
      int tag = fields.i32(at);
      boolean good = Integer.bitCount(tag) == 1 && (tag & TAGS) != 0;
      subject.check(good, "tag in the access list", tag, "a known one");
      int id = tag == USER || tag == GROUP ? fields.i32(at + 4) : -1;
      int permissions = fields.u16(at + 8);
      subject.check(permissions <= 7, "permissions in the access list", permissions, 7);
      entries.add(new Entry(tag, id, permissions));
    }
    return new XfsAccessList(entries);
  }

  /// In the form that `setxattr` takes, `struct posix_acl_xattr_header`.
  public byte[] encoded() {
    ByteBuffer bytes =
        ByteBuffer.allocate(4 + entries.size() * XATTR_ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(XATTR_VERSION);
    for (Entry entry : entries) {
      bytes.putShort((short) entry.tag()).putShort((short) entry.permissions());
      bytes.putInt(entry.id());
    }
    return bytes.array();
  }
}

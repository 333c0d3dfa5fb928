package cairn.filesystem.xfs.file;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.file.FileName;
import cairn.filesystem.xfs.layout.XfsAccessList;
import cairn.filesystem.xfs.layout.XfsAttribute;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// The names of attributes as the system tells them to the superuser. An access list has two: as
/// what XFS keeps, and as an access list.
final class XfsNames {
  private static final String USER = "user.";
  private static final String TRUSTED = "trusted.";
  private static final String SECURITY = "security.";

  private XfsNames() {}

  static void add(XfsAttribute attribute, Map<FileName, byte[]> all, Subject subject)
      throws CorruptData {
    int flags = attribute.flags();
    if ((flags & (XfsAttribute.PARENT | XfsAttribute.INCOMPLETE)) != 0) {
      return;
    }
    String space =
        (flags & XfsAttribute.ROOT) != 0
            ? TRUSTED
            : (flags & XfsAttribute.SECURE) != 0 ? SECURITY : USER;
    all.put(name(space, attribute.name()), attribute.value());
    String list = XfsAccessList.nameOf(attribute);
    if (!list.isEmpty()) {
      all.put(FileName.of(list), XfsAccessList.parse(attribute.value(), subject).encoded());
    }
  }

  private static FileName name(String space, byte[] name) {
    byte[] prefix = space.getBytes(StandardCharsets.US_ASCII);
    byte[] whole = new byte[prefix.length + name.length];
    System.arraycopy(prefix, 0, whole, 0, prefix.length);
    System.arraycopy(name, 0, whole, prefix.length, name.length);
    return new FileName(whole);
  }
}

package cairn.volume.nbd;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The data of [OptionCode#LIST_META_CONTEXT] and [OptionCode#SET_META_CONTEXT].
///
/// | offset | bytes | field                                                   |
/// |-------:|------:|---------------------------------------------------------|
/// |      0 |     4 | length of the name                                      |
/// |      4 |     n | name of the export, UTF-8                               |
/// |    4+n |     4 | count of queries                                        |
/// |    8+n |       | for each its length, a u32, and it                      |
public record ContextRequest(String export, List<String> queries) {
  /// The context of every server: which parts are holes, see [StatusExtent].
  public static final String ALLOCATION = "base:allocation";

  /// Begins the name of a context of Cairn: what differs from an earlier snapshot.
  public static final String CHANGED = "cairn:changed=";

  /// Begins the name of a context of QEMU: what was written since the bitmap was started.
  public static final String DIRTY_BITMAP = "qemu:dirty-bitmap:";

  private static final int QUERIES_MAX = 1024;

  public ContextRequest {
    queries = List.copyOf(queries);
  }

  public byte[] toBytes() {
    byte[] name = Wire.utf8(export);
    List<byte[]> encoded = queries.stream().map(Wire::utf8).toList();
    int bytes = encoded.stream().mapToInt(each -> 4 + each.length).sum();
    ByteBuffer out = ByteBuffer.allocate(4 + name.length + 4 + bytes);
    out.putInt(name.length).put(name).putInt(encoded.size());
    encoded.forEach(each -> out.putInt(each.length).put(each));
    return out.array();
  }

  public static ContextRequest read(ByteBuffer in) throws ProtocolError {
    String export = Wire.prefixed(in, "the name of an export");
    long count = Wire.u32(in, "the count of queries");
    if (count > QUERIES_MAX) {
      throw new ProtocolError(count + " queries at once");
    }
    List<String> queries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      queries.add(Wire.prefixed(in, "a query"));
    }
    Wire.end(in, "the option");
    return new ContextRequest(export, queries);
  }
}

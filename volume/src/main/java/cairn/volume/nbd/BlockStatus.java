package cairn.volume.nbd;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The payload of [Chunk#BLOCK_STATUS] and [Chunk#BLOCK_STATUS_EXTENDED].
///
/// | offset | bytes | field                                                        |
/// |-------:|------:|--------------------------------------------------------------|
/// |      0 |     4 | id of the context                                            |
/// |      4 |     4 | count of extents; extended only                              |
/// |      4 |     n | extents: length and flags, u32 each; extended from 8 on, u64 |
public record BlockStatus(int context, List<StatusExtent> extents) {
  public BlockStatus {
    extents = List.copyOf(extents);
  }

  public static int chunkType(Headers headers) {
    return headers == Headers.COMPACT ? Chunk.BLOCK_STATUS : Chunk.BLOCK_STATUS_EXTENDED;
  }

  public byte[] toBytes(Headers headers) {
    boolean compact = headers == Headers.COMPACT;
    int bytes = compact ? 4 + 8 * extents.size() : 8 + 16 * extents.size();
    ByteBuffer out = ByteBuffer.allocate(bytes).putInt(context);
    if (!compact) {
      out.putInt(extents.size());
    }
    for (StatusExtent extent : extents) {
      if (compact) {
        out.putInt((int) extent.length()).putInt((int) extent.flags());
      } else {
        out.putLong(extent.length()).putLong(extent.flags());
      }
    }
    return out.array();
  }

  public static BlockStatus read(ByteBuffer in, Headers headers) throws ProtocolError {
    boolean compact = headers == Headers.COMPACT;
    Wire.need(in, 4, "a block status");
    int context = in.getInt();
    int each = compact ? 8 : 16;
    long count = compact ? in.remaining() / each : Wire.u32(in, "the count of extents");
    if (count > Limits.EXTENTS_MAX || in.remaining() != count * each) {
      throw new ProtocolError(
          "a block status has " + in.remaining() + " bytes for " + count + " extents");
    }
    List<StatusExtent> extents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      extents.add(
          compact
              ? new StatusExtent(Wire.u32(in, "length"), Wire.u32(in, "flags"))
              : new StatusExtent(in.getLong(), in.getLong()));
    }
    return new BlockStatus(context, extents);
  }
}

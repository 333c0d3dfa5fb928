package cairn.volume.nbd;

import java.nio.ByteBuffer;

/// What a client's option begins with; `length` bytes of data follow.
///
/// | offset | bytes | field                        |
/// |-------:|------:|------------------------------|
/// |      0 |     8 | `IHAVEOPT`                   |
/// |      8 |     4 | option, see [OptionCode]     |
/// |     12 |     4 | length of the data, unsigned |
public record OptionHeader(int option, long length) {
  public static final int BYTES = 8 + 4 + 4;

  public void writeTo(ByteBuffer out) {
    out.putLong(Greeting.HAVE_OPTIONS).putInt(option).putInt((int) length);
  }

  public static OptionHeader read(ByteBuffer in) throws ProtocolError {
    Wire.need(in, BYTES, "an option");
    Wire.magic(in.getLong(), Greeting.HAVE_OPTIONS, "an option");
    return new OptionHeader(in.getInt(), Wire.u32(in, "length"));
  }
}

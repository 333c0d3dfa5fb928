package cairn.volume.nbd;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Pieces that several messages have.
final class Wire {
  private Wire() {}

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// The next `length` bytes as text.
  static String text(ByteBuffer in, long length, String field) throws ProtocolError {
    if (length > Limits.NAME_BYTES_MAX) {
      throw new ProtocolError(field + " of " + length + " bytes");
    }
    need(in, length, field);
    ByteBuffer encoded = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
    } catch (CharacterCodingException e) {
      throw new ProtocolError(field + " is not UTF-8");
    }
  }

  /// A text after its length, a u32.
  static String prefixed(ByteBuffer in, String field) throws ProtocolError {
    return text(in, u32(in, field), field);
  }

  static long u32(ByteBuffer in, String field) throws ProtocolError {
    need(in, Integer.BYTES, field);
    return Integer.toUnsignedLong(in.getInt());
  }

  static int u16(ByteBuffer in, String field) throws ProtocolError {
    need(in, Short.BYTES, field);
    return Short.toUnsignedInt(in.getShort());
  }

  static long u64(ByteBuffer in, String field) throws ProtocolError {
    need(in, Long.BYTES, field);
    return in.getLong();
  }

  static void need(ByteBuffer in, long bytes, String field) throws ProtocolError {
    if (in.remaining() < bytes) {
      throw new ProtocolError(
          field + " needs " + bytes + " bytes, and only " + in.remaining() + " are left");
    }
  }

  static void end(ByteBuffer in, String message) throws ProtocolError {
    if (in.hasRemaining()) {
      throw new ProtocolError(in.remaining() + " bytes too many in " + message);
    }
  }

  /// @throws ProtocolError when the next eight bytes are something else
  static void magic(long have, long expect, String message) throws ProtocolError {
    if (have != expect) {
      throw new ProtocolError(
          message
              + " begins with 0x"
              + Long.toHexString(have)
              + " in place of 0x"
              + Long.toHexString(expect));
    }
  }
}

package cairn.filesystem.file;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// A name of a file: any bytes. Equal when all bytes are.
public final class FileName {
  private final byte[] bytes;

  /// @param bytes not copied
  public FileName(byte[] bytes) {
    this.bytes = bytes;
  }

  public static FileName of(String text) {
    return new FileName(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Not a copy: to be left as they are.
  public byte[] bytes() {
    return bytes;
  }

  /// Whether a directory may have an entry of this name: it is neither empty, `.` nor `..`, and has
  /// no slash and no NUL.
  public boolean isProper() {
    for (byte each : bytes) {
      if (each == '/' || each == 0) {
        return false;
      }
    }
    return bytes.length > 0
        && !Arrays.equals(bytes, new byte[] {'.'})
        && !Arrays.equals(bytes, new byte[] {'.', '.'});
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileName that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// For a person to read; what is no UTF-8, or controls a terminal, is written as `\xNN`.
  @Override
  public String toString() {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.chars().noneMatch(Character::isISOControl)) {
        return text;
      }
    } catch (CharacterCodingException e) {
      // then byte by byte
    }
    StringBuilder text = new StringBuilder();
    for (byte each : bytes) {
      if (each >= ' ' && each < 0x7F) {
        text.append((char) each);
      } else {
        text.append("\\x").append(HexFormat.of().toHexDigits(each));
      }
    }
    return text.toString();
  }
}

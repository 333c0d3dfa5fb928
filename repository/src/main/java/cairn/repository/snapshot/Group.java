package cairn.repository.snapshot;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// The name of a group, and how it is written in the names of objects: UTF-8, with every byte but
/// `A-Z a-z 0-9 _ @ , -` as `%` and two hexadecimal digits in capitals.
public final class Group {
  /// What the encoded form may have, by the contract of storages.
  public static final int ENCODED_MAX = 200;

  private static final String PLAIN =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@,-";
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private Group() {}

  /// @throws IllegalArgumentException when the name is empty or too long
  public static String encode(String group) {
    StringBuilder encoded = new StringBuilder();
    for (byte octet : group.getBytes(StandardCharsets.UTF_8)) {
      if (PLAIN.indexOf(octet) >= 0) {
        encoded.append((char) octet);
      } else {
        encoded.append('%').append(HEX.toHexDigits(octet));
      }
    }
    if (encoded.isEmpty() || encoded.length() > ENCODED_MAX) {
      throw new IllegalArgumentException(
          "the group name '"
              + group
              + "' is empty or longer than "
              + ENCODED_MAX
              + " characters when encoded: give a shorter one with --name");
    }
    return encoded.toString();
  }

  /// @throws IllegalArgumentException when it is not what [#encode] gives
  public static String decode(String encoded) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    for (int i = 0; i < encoded.length(); i++) {
      if (encoded.charAt(i) != '%') {
        octets.write(encoded.charAt(i));
      } else if (i + 3 <= encoded.length()) {
        octets.write(HexFormat.fromHexDigits(encoded, i + 1, i + 3));
        i += 2;
      }
    }
    String group;
    try {
      ByteBuffer bytes = ByteBuffer.wrap(octets.toByteArray());
      group = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("not UTF-8: " + encoded, e);
    }
    if (!encode(group).equals(encoded)) {
      throw new IllegalArgumentException("not a group: " + encoded);
    }
    return group;
  }
}

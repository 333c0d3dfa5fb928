package cairn.repository.crypto;

import java.util.Locale;

/// The lines of a [PaperKey], in order: encoding and checking each goes on from the one before.
final class PaperLines {
  static final int LINE_BYTES = 10;

  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int DATA_CHARACTERS = 16;
  private static final int CHECK_CHARACTERS = 6;
  private static final int GROUP = 4;
  private static final int[] GENERATOR = {
    0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3,
  };
  private static final int FINAL = 0x2BC830A3;

  private int state = 1;

  String encode(int line, byte[] payload, int offset) {
    int[] data = toFives(payload, offset);
    int[] check = absorb(line, data);
    StringBuilder text = new StringBuilder().append(line).append(' ');
    for (int i = 0; i < data.length; i++) {
      text.append(i % GROUP == 0 ? " " : "").append(ALPHABET.charAt(data[i]));
    }
    text.append("  ");
    for (int value : check) {
      text.append(ALPHABET.charAt(value));
    }
    return text.toString();
  }

  byte[] decode(int line, String text) throws PaperKeyTypo {
    int[] values = values(line, text);
    if (values.length != 1 + DATA_CHARACTERS + CHECK_CHARACTERS) {
      throw new PaperKeyTypo(
          line,
          String.format(
              Locale.ROOT,
              "has %d characters, not %d",
              values.length,
              1 + DATA_CHARACTERS + CHECK_CHARACTERS));
    }
    if (values[0] != line) {
      throw new PaperKeyTypo(line, "does not start with " + line);
    }
    int[] data = new int[DATA_CHARACTERS];
    System.arraycopy(values, 1, data, 0, data.length);
    int[] check = absorb(line, data);
    for (int i = 0; i < check.length; i++) {
      if (check[i] != values[1 + DATA_CHARACTERS + i]) {
        throw new PaperKeyTypo(line, "is mistyped");
      }
    }
    return fromFives(data);
  }

  /// Takes a line in and returns its check characters.
  private int[] absorb(int line, int[] data) {
    step(line);
    for (int value : data) {
      step(value);
    }
    int atData = state;
    for (int i = 0; i < CHECK_CHARACTERS; i++) {
      step(0);
    }
    int remainder = state ^ FINAL;
    state = atData;
    int[] check = new int[CHECK_CHARACTERS];
    for (int i = 0; i < CHECK_CHARACTERS; i++) {
      check[i] = (remainder >>> (5 * (CHECK_CHARACTERS - 1 - i))) & 31;
    }
    return check;
  }

  private void step(int value) {
    int top = state >>> 25;
    state = ((state & 0x1FFFFFF) << 5) ^ value;
    for (int i = 0; i < GENERATOR.length; i++) {
      if (((top >>> i) & 1) != 0) {
        state ^= GENERATOR[i];
      }
    }
  }

  private static int[] values(int line, String text) throws PaperKeyTypo {
    String plain =
        text.toUpperCase(Locale.ROOT)
            .replaceAll("[\\s-]", "")
            .replace('O', '0')
            .replace('I', '1')
            .replace('L', '1');
    int[] values = new int[plain.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = ALPHABET.indexOf(plain.charAt(i));
      if (values[i] < 0) {
        throw new PaperKeyTypo(line, "contains '" + plain.charAt(i) + "', which is never used");
      }
    }
    return values;
  }

  private static int[] toFives(byte[] payload, int offset) {
    int[] fives = new int[DATA_CHARACTERS];
    for (int bit = 0; bit < LINE_BYTES * 8; bit++) {
      int value = (payload[offset + bit / 8] >>> (7 - bit % 8)) & 1;
      fives[bit / 5] |= value << (4 - bit % 5);
    }
    return fives;
  }

  private static byte[] fromFives(int[] fives) {
    byte[] bytes = new byte[LINE_BYTES];
    for (int bit = 0; bit < LINE_BYTES * 8; bit++) {
      int value = (fives[bit / 5] >>> (4 - bit % 5)) & 1;
      bytes[bit / 8] |= (byte) (value << (7 - bit % 8));
    }
    return bytes;
  }
}

package cairn.repository.crypto;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ObjectId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A key to print and to type in again. Closing it overwrites the bytes.
///
/// ```
/// # Cairn master key of repository 000102030405060708090a0b0c0d0e0f
/// 1  040G 0082 0C20 A1G7  Z1R42S
/// ...
/// ```
///
/// Payload, 50 bytes:
///
/// | offset | bytes | field                             |
/// |-------:|------:|-----------------------------------|
/// |      0 |     1 | version, 1                        |
/// |      1 |     1 | kind: 1 master key, 2 recovery key |
/// |      2 |    16 | repository id                     |
/// |     18 |    32 | key                               |
///
/// Five lines of 10 bytes each: the line's number, 16 characters of Crockford's base 32, and 6
/// check characters, made by the code of Bech32m (BIP 350) over the number and the characters of
/// this line, going on from those of the lines before. So up to four wrong characters in a line are
/// always found, and so are lines of different papers. Lines that start with `#` are comments.
public final class PaperKey implements AutoCloseable {
  /// What the key is.
  public enum Kind {
    MASTER(1),
    RECOVERY(2);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int VERSION = 1;
  private static final int KEY_OFFSET = 2 + ObjectId.BYTES;
  private static final int KEY_BYTES = 32;
  private static final int LINE_COUNT = 5;

  private final Kind kind;
  private final ObjectId repository;
  private final byte[] key;

  private PaperKey(Kind kind, ObjectId repository, byte[] key) {
    this.kind = kind;
    this.repository = repository;
    this.key = key;
  }

  public static PaperKey of(ObjectId repository, MasterKey master) {
    return new PaperKey(Kind.MASTER, repository, master.toBytes());
  }

  public static PaperKey of(ObjectId repository, Secret.RecoveryKey recovery) {
    return new PaperKey(Kind.RECOVERY, repository, recovery.bytes().clone());
  }

  /// Reads what was typed. Case, spaces and hyphens do not matter; `O` is read as 0, `I` and `L` as
  /// 1.
  ///
  /// @throws PaperKeyTypo with the first line that is not as printed
  public static PaperKey parse(String text) throws PaperKeyTypo {
    byte[] payload = new byte[KEY_OFFSET + KEY_BYTES];
    List<String> lines =
        text.lines().map(String::strip).filter(l -> !l.isEmpty() && !l.startsWith("#")).toList();
    PaperLines decoder = new PaperLines();
    for (int line = 1; line <= LINE_COUNT; line++) {
      if (line > lines.size()) {
        throw new PaperKeyTypo(line, "is missing");
      }
      byte[] part = decoder.decode(line, lines.get(line - 1));
      System.arraycopy(part, 0, payload, (line - 1) * part.length, part.length);
    }
    if (lines.size() > LINE_COUNT) {
      throw new PaperKeyTypo(LINE_COUNT + 1, "should not be there");
    }
    return ofPayload(payload);
  }

  public Kind kind() {
    return kind;
  }

  public ObjectId repository() {
    return repository;
  }

  /// @throws WrongKeyException when it is a recovery key
  public MasterKey masterKey() throws WrongKeyException {
    checkKind(Kind.MASTER);
    return MasterKey.of(key);
  }

  /// @throws WrongKeyException when it is a master key
  public Secret.RecoveryKey recoveryKey() throws WrongKeyException {
    checkKind(Kind.RECOVERY);
    return Secret.RecoveryKey.of(key);
  }

  /// The text to print.
  public String text() {
    byte[] payload =
        new ByteWriter(KEY_OFFSET + KEY_BYTES)
            .u8(VERSION)
            .u8(kind.number)
            .id(repository)
            .raw(key)
            .toBytes();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(Locale.ROOT, "# Cairn %s key of repository %s", kind.word(), repository));
    PaperLines encoder = new PaperLines();
    for (int line = 1; line <= LINE_COUNT; line++) {
      lines.add(encoder.encode(line, payload, (line - 1) * PaperLines.LINE_BYTES));
    }
    return String.join("\n", lines) + "\n";
  }

  @Override
  public void close() {
    Arrays.fill(key, (byte) 0);
  }

  /// Never shows the key.
  @Override
  public String toString() {
    return "PaperKey[" + kind + ", " + repository + "]";
  }

  private static PaperKey ofPayload(byte[] payload) throws PaperKeyTypo {
    if (payload[0] != VERSION) {
      throw new PaperKeyTypo(1, "is of version " + payload[0] + ", which this Cairn cannot read");
    }
    for (Kind kind : Kind.values()) {
      if (kind.number == payload[1]) {
        byte[] key = Arrays.copyOfRange(payload, KEY_OFFSET, payload.length);
        Arrays.fill(payload, KEY_OFFSET, payload.length, (byte) 0);
        return new PaperKey(kind, ObjectId.of(payload, 2), key);
      }
    }
    throw new PaperKeyTypo(1, "names no kind of key that this Cairn knows");
  }

  private void checkKind(Kind wanted) throws WrongKeyException {
    if (kind != wanted) {
      throw new WrongKeyException(
          String.format(
              Locale.ROOT,
              "the paper holds the %s key, the %s key is needed",
              kind.word(),
              wanted.word()));
    }
  }
}

package cairn.base.bytes;

import java.util.Arrays;

/// The first 32 bytes of every object but `config`, and of the parity within a pack. Little-endian.
///
/// | offset | bytes | field                                            |
/// |-------:|------:|--------------------------------------------------|
/// |      0 |     8 | magic: `89 43 41 49 52 4e 0d 0a` (`\x89CAIRN\r\n`) |
/// |      8 |     2 | kind, see [Kind]                                 |
/// |     10 |     2 | format version, 1                                |
/// |     12 |     4 | zero                                             |
/// |     16 |    16 | repository id                                    |
///
/// The magic starts with a byte that is no ASCII and ends with a line break, so that a transfer in
/// text mode or one that strips the eighth bit is noticed at once (as in PNG).
public final class Frame {
  public static final int BYTES = 32;
  public static final int VERSION = 1;

  private static final byte[] MAGIC = {
    (byte) 0x89, 'C', 'A', 'I', 'R', 'N', '\r', '\n',
  };

  /// The kinds of objects. The number is the one in the frame; the word is the one in messages.
  public enum Kind {
    PACK(1),
    INDEX(2),
    SESSION(3),
    SNAPSHOT(4),
    TOMBSTONE(5),
    PARITY(6),
    PIN(7);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }

    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private Frame() {}

  public static void write(ByteWriter out, Kind kind, ObjectId repository) {
    out.raw(MAGIC).u16(kind.number()).u16(VERSION).u32(0).id(repository);
  }

  /// Reads and checks a frame.
  ///
  /// @throws CorruptData when it is not a frame of that kind in that repository
  /// @throws FormatTooNew when a newer Cairn wrote it
  /// @throws FormatTooOld when the version is below the oldest one known
  public static void read(ByteReader in, Kind kind, ObjectId repository, Subject subject)
      throws CorruptData, FormatTooNew, FormatTooOld {
    byte[] magic = in.raw(MAGIC.length);
    subject.check(
        Arrays.equals(magic, MAGIC), "magic", Arrays.toString(magic), Arrays.toString(MAGIC));
    subject.checkEqual(in.u16(), kind.number(), "kind");
    int version = in.u16();
    if (version > VERSION) {
      throw new FormatTooNew(subject.kind() + " " + subject.id(), version, VERSION);
    }
    if (version < VERSION) {
      throw new FormatTooOld(subject.kind() + " " + subject.id(), version, VERSION);
    }
    subject.checkEqual(in.u32(), 0, "reserved");
    ObjectId owner = in.objectId();
    subject.check(owner.equals(repository), "repository", owner, repository);
  }
}

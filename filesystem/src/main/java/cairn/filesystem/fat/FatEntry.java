package cairn.filesystem.fat;

import cairn.filesystem.file.FileName;
import cairn.filesystem.layout.Fields;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;

/// An entry of a directory, 32 bytes. Little-endian.
///
/// | offset | bytes | field                                                                |
/// |-------:|------:|----------------------------------------------------------------------|
/// |      0 |    11 | name and extension, padded with blanks                               |
/// |     11 |     1 | attributes: 1 read-only, 8 label, 16 directory, 15 part of a long name |
/// |     12 |     1 | 8 and 16: the name, the extension is in lower case                   |
/// |     13 |     5 | created: hundredths, time, date                                      |
/// |     18 |     2 | accessed: date                                                       |
/// |  26/20 |   2/2 | first cluster, low and high half                                     |
/// |     22 |     4 | modified: time, date                                                 |
/// |     28 |     4 | bytes of the content; 0 for directories                              |
///
/// A name that begins with `e5` is deleted, one that begins with 0 was never used, and a first 5
/// stands for an `e5`.
///
/// @param offset of the entry on the volume
/// @param longName without its padding
record FatEntry(long offset, Fields fields, Optional<String> longName) {
  static final int BYTES = 32;
  static final int NAME_BYTES = 11;

  private static final int BASE_BYTES = 8;
  private static final int DELETED = 0xE5;
  private static final int LONG_NAME = 0x0F;
  private static final int LOWER_BASE = 0x08;
  private static final int LOWER_EXTENSION = 0x10;

  static boolean isFree(Fields piece, int at) {
    return piece.u8(at) == 0 || piece.u8(at) == DELETED;
  }

  static boolean isLongName(Fields piece, int at) {
    return piece.u8(at + 11) == LONG_NAME;
  }

  byte[] shortBytes() {
    return fields.raw(0, NAME_BYTES);
  }

  boolean isReadOnly() {
    return (attributes() & 1) != 0;
  }

  boolean isLabel() {
    return (attributes() & 8) != 0;
  }

  boolean isDirectory() {
    return (attributes() & 16) != 0;
  }

  private int attributes() {
    return fields.u8(11);
  }

  boolean isDot() {
    return fields.u8(0) == '.' && fields.holds(0, ".          ");
  }

  boolean isDotDot() {
    return fields.u8(0) == '.' && fields.holds(0, "..         ");
  }

  /// The high half is something else in a FAT12 or FAT16.
  long firstCluster(FatBootSector boot) {
    return fields.u16(26) | (boot.isFat32() ? (long) fields.u16(20) << 16 : 0);
  }

  long size() {
    return fields.u32(28);
  }

  /// As a file is called: by its long name when it has one.
  String name() {
    return longName.orElseGet(this::shortName);
  }

  String shortName() {
    int flags = fields.u8(12);
    byte[] raw = shortBytes();
    if (raw[0] == 5) {
      raw[0] = (byte) DELETED;
    }
    String base = text(raw, 0, BASE_BYTES, (flags & LOWER_BASE) != 0);
    String extension = text(raw, BASE_BYTES, NAME_BYTES, (flags & LOWER_EXTENSION) != 0);
    return extension.isEmpty() ? base : base + "." + extension;
  }

  private static String text(byte[] raw, int from, int to, boolean lower) {
    int end = to;
    while (end > from && raw[end - 1] == ' ') {
      end--;
    }
    StringBuilder text = new StringBuilder();
    for (byte each : Arrays.copyOfRange(raw, from, end)) {
      text.append(lower ? Codepage437.decodeLower(each) : Codepage437.decode(each));
    }
    return text.toString();
  }

  /// For a person to read.
  String printable() {
    String name = name();
    for (int index = 0; index < name.length(); index++) {
      char each = name.charAt(index);
      if (each < ' ' || each >= 0x7F) {
        return fileName().toString();
      }
    }
    return name;
  }

  /// In UTF-8. Half a surrogate pair, which is no character, is encoded as if it were one, so that
  /// no two names become the same.
  FileName fileName() {
    String name = name();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    name.codePoints()
        .forEach(point -> {
          if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
            bytes.write(0xE0 | point >>> 12);
            bytes.write(0x80 | (point >>> 6 & 0x3F));
            bytes.write(0x80 | (point & 0x3F));
          } else {
            bytes.writeBytes(FileName.of(Character.toString(point)).bytes());
          }
        });
    return new FileName(bytes.toByteArray());
  }

  Instant modified() {
    return instant(fields.u16(24), fields.u16(22), 0);
  }

  Instant created() {
    return instant(fields.u16(16), fields.u16(14), fields.u8(13));
  }

  Instant accessed() {
    return instant(fields.u16(18), 0, 0);
  }

  /// Local time of nobody knows where: taken for UTC, as Linux does on a machine that lives in UTC.
  /// Months and days that there are not count from 1, as there.
  private static Instant instant(int date, int time, int hundredths) {
    int month = date >>> 5 & 0xF;
    LocalDate first = LocalDate.of(1980 + (date >>> 9), Math.clamp(month, 1, 12), 1);
    long seconds = (time & 0x1F) * 2L + (time >>> 5 & 0x3F) * 60L + (time >>> 11) * 3600L;
    return first
        .plusDays(Math.max(1, date & 0x1F) - 1L)
        .atStartOfDay()
        .toInstant(ZoneOffset.UTC)
        .plusSeconds(seconds)
        .plusMillis(hundredths * 10L);
  }
}

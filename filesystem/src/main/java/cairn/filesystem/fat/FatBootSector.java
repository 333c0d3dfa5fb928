package cairn.filesystem.fat;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// The boot sector, which describes the file system. Little-endian.
///
/// | offset | bytes | field                                                          |
/// |-------:|------:|----------------------------------------------------------------|
/// |      0 |     3 | a jump, `eb xx 90` or `e9`                                     |
/// |     11 |     2 | bytes of a sector                                              |
/// |     13 |     1 | sectors of a cluster                                           |
/// |     14 |     2 | sectors before the first FAT                                   |
/// |     16 |     1 | number of FATs                                                 |
/// |     17 |     2 | entries of the root directory; 0 with FAT32                    |
/// |     19 |     2 | sectors, when there are few                                    |
/// |     21 |     1 | media, also in the first entry of a FAT                        |
/// |     22 |     2 | sectors of a FAT; 0 with FAT32                                 |
/// |     32 |     4 | sectors, when there are many                                   |
/// |     36 |     4 | sectors of a FAT, with FAT32                                   |
/// |     40 |     2 | 0x80: only the FAT with the number in the low bits is in use (FAT32) |
/// |     42 |     2 | version, 0 (FAT32)                                             |
/// |     44 |     4 | first cluster of the root directory (FAT32)                    |
/// |     48 |     4 | sectors of [FatInfo] and of a copy of this one, or 0 (FAT32)   |
/// |  37/65 |     1 | state: 1 mounted or not cleanly unmounted, 2 errors (FAT16/FAT32) |
/// |  38/66 |    16 | 0x29, serial number, label                                     |
/// |    510 |     2 | `55 aa`                                                        |
record FatBootSector(Fields fields) {
  static final int BYTES = 512;
  static final int FIRST_CLUSTER = 2;

  private static final int ROOT_ENTRY_BYTES = 32;
  private static final int FAT12_CLUSTERS_MAX = 4084;
  private static final int FAT16_CLUSTERS_MAX = 65524;
  private static final int FAT32_CLUSTERS_MAX = 0x0FFF_FFF5;
  private static final int EXTENDED = 0x29;
  private static final String NO_LABEL = "NO NAME    ";

  static boolean recognises(Fields head) {
    if (head.size() < BYTES || head.u16(510) != 0xAA55) {
      return false;
    }
    FatBootSector sector = new FatBootSector(head);
    boolean jump = head.u8(0) == 0xEB || head.u8(0) == 0xE9;
    boolean clusters = Integer.bitCount(head.u8(13)) == 1;
    boolean media = head.u8(21) == 0xF0 || head.u8(21) >= 0xF8;
    return jump
        && sector.hasGoodSectors()
        && clusters
        && media
        && head.u16(14) > 0
        && sector.fats() > 0
        && sector.fatSectors() > 0;
  }

  static FatBootSector read(Fields head) throws CorruptData {
    FatBootSector sector = new FatBootSector(head);
    Subject subject = Subject.of("boot sector", "fat").at("0");
    subject.check(recognises(head), "magic", "none", "a boot sector");
    subject.check(sector.fats() <= 4, "number of FATs", sector.fats(), 4);
    long clusters = sector.clusters();
    long most = sector.isFat32() ? FAT32_CLUSTERS_MAX : FAT16_CLUSTERS_MAX;
    subject.check(clusters > 0 && clusters <= most, "clusters", clusters, "1.." + most);
    long needed = Math.ceilDiv((clusters + 2) * sector.entryBits(), 8);
    subject.check(sector.fatBytes() >= needed, "size of a FAT", sector.fatBytes(), needed);
    return sector;
  }

  /// 12, 16 or 32; the upper four of 32 mean nothing.
  int entryBits() {
    if (isFat32()) {
      return 32;
    }
    return clusters() <= FAT12_CLUSTERS_MAX ? 12 : 16;
  }

  boolean isFat32() {
    return fields.u16(22) == 0;
  }

  boolean hasMirroredFats() {
    return !isFat32() || (fields.u16(40) & 0x80) == 0;
  }

  int version() {
    return isFat32() ? fields.u16(42) : 0;
  }

  int media() {
    return fields.u8(21);
  }

  int fats() {
    return fields.u8(16);
  }

  long fatOffset(int index) {
    return (long) fields.u16(14) * sectorBytes() + index * fatBytes();
  }

  long fatBytes() {
    return fatSectors() * sectorBytes();
  }

  /// The number of the FAT that is in use.
  int activeFat() {
    return hasMirroredFats() ? 0 : fields.u16(40) & 0xF;
  }

  /// Of FAT12 and FAT16, which have a root directory without clusters.
  long rootOffset() {
    return fatOffset(fats());
  }

  int rootBytes() {
    return fields.u16(17) * ROOT_ENTRY_BYTES;
  }

  /// 0 when the root directory has no clusters.
  long rootCluster() {
    return isFat32() ? fields.u32(44) : 0;
  }

  /// Where [FatInfo] lies; 0 when there is none.
  long infoOffset() {
    int sector = isFat32() ? fields.u16(48) : 0;
    return sector == 0xFFFF ? 0 : (long) sector * sectorBytes();
  }

  /// Where the copy of this sector lies; 0 when there is none.
  long backupOffset() {
    int sector = isFat32() ? fields.u16(50) : 0;
    return sector == 0xFFFF ? 0 : (long) sector * sectorBytes();
  }

  /// Of the state, which an unclean copy need not repeat.
  int stateAt() {
    return isFat32() ? 65 : 37;
  }

  boolean hasErrors() {
    return (fields.u8(stateAt()) & 2) != 0;
  }

  /// Where cluster 2 begins, which is the first one.
  long dataOffset() {
    long rootSectors = Math.ceilDiv(fields.u16(17) * ROOT_ENTRY_BYTES, sectorBytes());
    return fatOffset(fats()) + rootSectors * sectorBytes();
  }

  int clusterBytes() {
    return fields.u8(13) * sectorBytes();
  }

  long offset(long cluster) {
    return dataOffset() + (cluster - FIRST_CLUSTER) * clusterBytes();
  }

  /// Whether there is a cluster of this number.
  boolean isCluster(long cluster) {
    return cluster >= FIRST_CLUSTER && cluster < clusters() + FIRST_CLUSTER;
  }

  long clusters() {
    return (bytes() - dataOffset()) / clusterBytes();
  }

  long bytes() {
    long few = fields.u16(19);
    return (few == 0 ? fields.u32(32) : few) * sectorBytes();
  }

  boolean isDirty() {
    return (fields.u8(stateAt()) & 1) != 0;
  }

  Optional<String> uuid() {
    int at = extendedAt();
    if (fields.u8(at) != EXTENDED) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(Locale.ROOT, "%04X-%04X", fields.u16(at + 3), fields.u16(at + 1)));
  }

  Optional<String> label() {
    int at = extendedAt();
    return fields.u8(at) == EXTENDED
        ? fields.text(at + 5, 11).filter(label -> !label.equals(NO_LABEL.strip()))
        : Optional.empty();
  }

  /// All 11 characters of it; empty when it says that there is none.
  Optional<String> rawLabel() {
    int at = extendedAt();
    String raw = new String(fields.raw(at + 5, 11), StandardCharsets.ISO_8859_1);
    return fields.u8(at) == EXTENDED && !raw.equals(NO_LABEL) ? Optional.of(raw) : Optional.empty();
  }

  private int extendedAt() {
    return isFat32() ? 66 : 38;
  }

  private int sectorBytes() {
    return fields.u16(11);
  }

  private boolean hasGoodSectors() {
    int bytes = sectorBytes();
    return bytes >= 512 && bytes <= 4096 && Integer.bitCount(bytes) == 1;
  }

  private long fatSectors() {
    return isFat32() ? fields.u32(36) : fields.u16(22);
  }
}

package cairn.filesystem.xfs;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.filesystem.check.Findings;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.xfs.layout.XfsSeal;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// Metadata of an XFS, changed at places that chance chooses.
final class XfsDamage {
  /// A structure that was read by the check of a sound image.
  record Structure(long offset, int length, String kind) {}

  /// Bytes that replace those at an offset.
  static final class Change {
    private final long offset;
    private final byte[] before;
    private final byte[] after;
    private final String what;

    Change(long offset, byte[] before, byte[] after, String what) {
      this.offset = offset;
      this.before = before;
      this.after = after;
      this.what = what;
    }

    long offset() {
      return offset;
    }

    byte[] before() {
      return before;
    }

    byte[] after() {
      return after;
    }

    String what() {
      return what;
    }
  }

  private static final int EARLY_BYTES = 256;

  private final BlockReader volume;
  private final XfsSuperblock superblock;
  private final Map<String, List<Structure>> structures = new TreeMap<>();

  private XfsDamage(BlockReader volume, XfsSuperblock superblock) {
    this.volume = volume;
    this.superblock = superblock;
  }

  /// Reads what may be damaged.
  @FunctionalInterface
  interface Check {
    void of(BlockReader volume) throws IOException, CorruptData;
  }

  static XfsDamage of(BlockReader volume) throws IOException, CorruptData {
    return of(volume, sound -> XfsFileSystem.open(sound).check(false, new Told()));
  }

  static XfsDamage of(BlockReader volume, Check check) throws IOException, CorruptData {
    XfsDamage damage = new XfsDamage(volume, XfsSuperblock.read(volume));
    Recorder recorder = new Recorder(volume);
    check.of(recorder);
    for (Extent read : new HashSet<>(recorder.reads)) {
      damage.add(read);
    }
    damage
        .structures
        .values()
        .forEach(each -> each.sort((a, b) -> Long.compare(a.offset, b.offset)));
    return damage;
  }

  List<String> kinds() {
    return List.copyOf(structures.keySet());
  }

  /// Adds to a field of the first structure of a kind that suits, and makes the checksum right
  /// again.
  ///
  /// @param width of the field in bytes
  Change add(String kind, Predicate<Fields> suits, int at, int width, long number)
      throws IOException {
    for (Structure structure : structures.getOrDefault(kind, List.of())) {
      byte[] before = new byte[structure.length];
      volume.read(structure.offset, before, 0, before.length);
      if (suits.test(Fields.bigEndian(before))) {
        byte[] after = before.clone();
        int from = at < 0 ? after.length + at : at;
        long carry = number;
        for (int index = from + width - 1; index >= from; index--) {
          carry += after[index] & 0xFF;
          after[index] = (byte) carry;
          carry >>= 8;
        }
        seal(kind, after);
        return new Change(structure.offset, before, after, kind + "+" + at);
      }
    }
    throw new IllegalArgumentException("no " + kind + " that suits");
  }

  /// @param sealed whether the checksum is made right again
  Change next(RandomGenerator random, boolean sealed) throws IOException {
    List<String> kinds = kinds();
    String kind = kinds.get(random.nextInt(kinds.size()));
    List<Structure> those = structures.getOrDefault(kind, List.of());
    Structure structure = those.get(random.nextInt(those.size()));
    byte[] before = new byte[structure.length];
    volume.read(structure.offset, before, 0, before.length);
    byte[] after = before.clone();
    StringBuilder what =
        new StringBuilder(kind + "@" + structure.offset + (sealed ? " sealed" : ""));
    while (Arrays.equals(before, after)) {
      int changes = 1 + random.nextInt(3);
      for (int change = 0; change < changes; change++) {
        int at = place(random, after.length);
        byte old = after[at];
        after[at] = changed(old, random);
        what.append(" +").append(at).append(':').append(old & 0xFF).append('>');
        what.append(after[at] & 0xFF);
      }
      if (sealed) {
        seal(kind, after);
      }
    }
    return new Change(structure.offset, before, after, what.toString());
  }

  private static int place(RandomGenerator random, int length) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(length);
      case 1 -> length - 1 - random.nextInt(Math.min(64, length));
      default -> random.nextInt(Math.min(EARLY_BYTES, length));
    };
  }

  private static byte changed(byte old, RandomGenerator random) {
    return switch (random.nextInt(6)) {
      case 0 -> (byte) 0xFF;
      case 1 -> 0;
      case 2 -> (byte) random.nextInt();
      case 3 -> (byte) (old + 1);
      case 4 -> (byte) (old - 1);
      default -> (byte) (old ^ 1 << random.nextInt(8));
    };
  }

  private void seal(String kind, byte[] bytes) {
    if (superblock.hasChecksums()) {
      XfsSeal seal = XfsSeal.valueOf(kind.substring(0, kind.indexOf(' ')));
      seal.renew(bytes, 0, bytes.length);
    }
  }

  private void add(Extent read) throws IOException {
    byte[] bytes = new byte[(int) read.length()];
    volume.read(read.offset(), bytes, 0, bytes.length);
    Fields fields = Fields.bigEndian(bytes);
    int step = superblock.inodeBytes();
    if (fields.holds(0, "IN")) {
      for (int at = 0; at < bytes.length; at += step) {
        boolean used = fields.u16(at + 2) != 0;
        put(new Structure(read.offset() + at, step, used ? "INODE used" : "INODE free"));
      }
      return;
    }
    String kind = kind(fields);
    if (!kind.isEmpty()) {
      put(new Structure(read.offset(), bytes.length, kind));
    }
  }

  private void put(Structure structure) {
    structures.computeIfAbsent(structure.kind, kind -> new ArrayList<>()).add(structure);
  }

  private static String kind(Fields fields) {
    Set<String> shortTrees =
        Set.of("AB3B", "AB3C", "IAB3", "FIB3", "RMB3", "R3FC", "ABTB", "ABTC", "IABT");
    String magic = new String(fields.raw(0, 4), StandardCharsets.ISO_8859_1);
    if (shortTrees.contains(magic)) {
      return "SHORT_TREE " + magic;
    }
    return switch (magic) {
      case "XFSB" -> "SUPERBLOCK ";
      case "XAGF" -> "GROUP ";
      case "XAGI" -> "INODES ";
      case "XAFL" -> "FREE_LIST ";
      case "BMA3", "BMAP" -> "LONG_TREE ";
      case "XDB3", "XDD3", "XDF3", "XD2B", "XD2D", "XD2F" -> "DIRECTORY " + magic;
      case "XARM", "XSLM" -> "REMOTE " + magic;
      default ->
          switch (fields.u16(8)) {
            case 0x3DF1, 0x3DFF, 0x3EBE, 0x3BEE, 0xD2F1, 0xD2FF, 0xFEBE, 0xFBEE ->
                "INDEX " + Integer.toHexString(fields.u16(8));
            default -> "";
          };
    };
  }

  /// What a check tells.
  static final class Told implements Findings {
    private static final int KEPT = 30;

    final List<String> problems = new ArrayList<>();
    final List<String> unknown = new ArrayList<>();

    @Override
    public void problem(Problem problem) {
      if (problems.size() < KEPT) {
        problems.add(problem.message());
      }
    }

    @Override
    public void unknown(String what) {
      unknown.add(what);
    }

    @Override
    public void progress(long bytes) {}

    static Told of(BlockReader volume) throws IOException {
      Told told = new Told();
      try {
        XfsFileSystem.open(volume).check(false, told);
      } catch (CorruptData e) {
        told.problem(e.problem());
      }
      return told;
    }
  }

  /// A volume with a change. Closing it closes nothing.
  record Changed(BlockReader volume, Change change) implements BlockReader {
    @Override
    public long size() {
      return volume.size();
    }

    @Override
    public int blockSize() {
      return volume.blockSize();
    }

    @Override
    public List<Extent> extents(long offset, long length) throws IOException {
      return volume.extents(offset, length);
    }

    @Override
    public void read(long offset, byte[] target, int from, int length) throws IOException {
      volume.read(offset, target, from, length);
      long first = Math.max(offset, change.offset);
      long end = Math.min(offset + length, change.offset + change.after.length);
      if (first < end) {
        System.arraycopy(
            change.after,
            (int) (first - change.offset),
            target,
            from + (int) (first - offset),
            (int) (end - first));
      }
    }

    @Override
    public void close() {}
  }

  private static final class Recorder implements BlockReader {
    private final BlockReader volume;
    private final List<Extent> reads = new ArrayList<>();

    Recorder(BlockReader volume) {
      this.volume = volume;
    }

    @Override
    public long size() {
      return volume.size();
    }

    @Override
    public int blockSize() {
      return volume.blockSize();
    }

    @Override
    public List<Extent> extents(long offset, long length) throws IOException {
      return volume.extents(offset, length);
    }

    @Override
    public void read(long offset, byte[] target, int from, int length) throws IOException {
      reads.add(new Extent(offset, length, Extent.State.DATA));
      volume.read(offset, target, from, length);
    }

    @Override
    public void close() {}
  }
}

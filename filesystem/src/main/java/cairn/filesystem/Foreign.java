package cairn.filesystem;

import cairn.base.block.BlockReader;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The signs of formats that are recognised and not understood, as `libblkid` knows them. One of
/// them beside a file system that is understood means that one of both is a remainder.
final class Foreign {
  /// Where copies of md superblocks lie: 0.90 at the last whole 64 KiB but one, 1.0 at 8 KiB.
  private static final int MD_ALIGN = 64 << 10;

  private static final int MD_TAIL = 8 << 10;
  private static final String MD = "linux_raid_member";
  private static final byte[] MD_MAGIC = HexFormat.of().parseHex("fc4e2ba9");

  private static final int ZFS_FROM = 128 << 10;
  private static final int ZFS_TO = 256 << 10;
  private static final int ZFS_STEP = 1 << 10;
  private static final long ZFS_MAGIC = 0x00bab10cL;

  private static final class Sign {
    private final String name;
    private final int offset;
    private final byte[] magic;

    Sign(String name, int offset, byte[] magic) {
      this.name = name;
      this.offset = offset;
      this.magic = magic;
    }

    static Sign text(String name, int offset, String magic) {
      return new Sign(name, offset, magic.getBytes(StandardCharsets.ISO_8859_1));
    }

    static Sign hex(String name, int offset, String magic) {
      return new Sign(name, offset, HexFormat.of().parseHex(magic));
    }
  }

  private static final List<Sign> SIGNS =
      List.of(
          Sign.text("crypto_LUKS", 0, "LUKS\u00ba\u00be"),
          Sign.text("crypto_LUKS", 16 << 10, "SKUL\u00ba\u00be"),
          Sign.text("BitLocker", 3, "-FVE-FS-"),
          Sign.text("ntfs", 3, "NTFS    "),
          Sign.text("exfat", 3, "EXFAT   "),
          Sign.text("squashfs", 0, "hsqs"),
          Sign.text("apfs", 32, "NXSB"),
          Sign.text("hfsplus", 1024, "H+"),
          Sign.text("hfsplus", 1024, "HX"),
          Sign.hex("f2fs", 1024, "1020f5f2"),
          Sign.hex("erofs", 1024, "e2e1f5e0"),
          Sign.hex("nilfs2", 1024 + 6, "3434"),
          Sign.text("jfs", 32 << 10, "JFS1"),
          Sign.text("reiserfs", (64 << 10) + 52, "ReIsEr"),
          Sign.text("reiserfs", (8 << 10) + 52, "ReIsEr"),
          Sign.text("reiser4", 64 << 10, "ReIsEr4"),
          Sign.text("iso9660", (32 << 10) + 1, "CD001"),
          Sign.text("udf", (32 << 10) + 1, "BEA01"),
          Sign.text("gfs2", 64 << 10, "\u0001\u0016\u0019p"),
          Sign.text("ocfs2", 8 << 10, "OCFSV2"),
          Sign.text("bluestore", 0, "bluestore block device"),
          Sign.text("dm_integrity", 0, "integrt"),
          Sign.text("dm_verity", 0, "verity\u0000\u0000"),
          Sign.text("vdo", 0, "dmvdo001"),
          Sign.hex("bcache", 4096 + 24, "c68573f64e1a45ca8265f57f48ba6d81"),
          Sign.hex("bcachefs", 4096 + 24, "c68573f666ce90a9d96a60cf803df7ef"),
          new Sign(MD, 0, MD_MAGIC),
          new Sign(MD, 4096, MD_MAGIC));

  private Foreign() {}

  static Set<String> signs(BlockReader volume, Fields head) throws IOException {
    Set<String> signs = new LinkedHashSet<>();
    for (Sign sign : SIGNS) {
      if (head.holds(sign.offset, sign.magic)) {
        signs.add(sign.name);
      }
    }
    if (hasZfs(head)) {
      signs.add("zfs_member");
    }
    if (hasMdAtEnd(volume)) {
      signs.add(MD);
    }
    return signs;
  }

  /// Uberblocks, of either byte order.
  private static boolean hasZfs(Fields head) {
    for (int at = ZFS_FROM; at + Long.BYTES <= Math.min(ZFS_TO, head.size()); at += ZFS_STEP) {
      long word = head.u64(at);
      if (word == ZFS_MAGIC || word == Long.reverseBytes(ZFS_MAGIC)) {
        return true;
      }
    }
    return false;
  }

  /// A member of an array may begin with what looks like a whole file system.
  private static boolean hasMdAtEnd(BlockReader volume) throws IOException {
    long old = (volume.size() & -MD_ALIGN) - MD_ALIGN;
    long recent = volume.size() - MD_TAIL & -(4 << 10);
    return hasMd(volume, old) || hasMd(volume, recent);
  }

  private static boolean hasMd(BlockReader volume, long offset) throws IOException {
    if (offset < 0 || offset + MD_MAGIC.length > volume.size()) {
      return false;
    }
    byte[] magic = new byte[MD_MAGIC.length];
    volume.read(offset, magic, 0, magic.length);
    return Fields.littleEndian(magic).holds(0, MD_MAGIC);
  }
}

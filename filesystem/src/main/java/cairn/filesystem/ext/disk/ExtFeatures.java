package cairn.filesystem.ext.disk;

/// Feature bits of the superblock, named as in `fs/ext4/ext4.h`.
public final class ExtFeatures {
  public static final int COMPAT_HAS_JOURNAL = 0x4;
  public static final int COMPAT_EXT_ATTR = 0x8;
  public static final int COMPAT_RESIZE_INODE = 0x10;
  public static final int COMPAT_DIR_INDEX = 0x20;
  public static final int COMPAT_SPARSE_SUPER2 = 0x200;
  public static final int COMPAT_FAST_COMMIT = 0x400;
  public static final int COMPAT_ORPHAN_FILE = 0x1000;

  public static final int INCOMPAT_FILETYPE = 0x2;
  public static final int INCOMPAT_RECOVER = 0x4;
  public static final int INCOMPAT_JOURNAL_DEV = 0x8;
  public static final int INCOMPAT_META_BG = 0x10;
  public static final int INCOMPAT_EXTENTS = 0x40;
  public static final int INCOMPAT_64BIT = 0x80;
  public static final int INCOMPAT_MMP = 0x100;
  public static final int INCOMPAT_FLEX_BG = 0x200;
  public static final int INCOMPAT_EA_INODE = 0x400;
  public static final int INCOMPAT_CSUM_SEED = 0x2000;
  public static final int INCOMPAT_LARGEDIR = 0x4000;
  public static final int INCOMPAT_INLINE_DATA = 0x8000;
  public static final int INCOMPAT_ENCRYPT = 0x1_0000;
  public static final int INCOMPAT_CASEFOLD = 0x2_0000;

  public static final int RO_COMPAT_SPARSE_SUPER = 0x1;
  public static final int RO_COMPAT_LARGE_FILE = 0x2;
  public static final int RO_COMPAT_BTREE_DIR = 0x4;
  public static final int RO_COMPAT_HUGE_FILE = 0x8;
  public static final int RO_COMPAT_GDT_CSUM = 0x10;
  public static final int RO_COMPAT_DIR_NLINK = 0x20;
  public static final int RO_COMPAT_EXTRA_ISIZE = 0x40;
  public static final int RO_COMPAT_QUOTA = 0x100;
  public static final int RO_COMPAT_BIGALLOC = 0x200;
  public static final int RO_COMPAT_METADATA_CSUM = 0x400;
  public static final int RO_COMPAT_READONLY = 0x1000;
  public static final int RO_COMPAT_PROJECT = 0x2000;
  public static final int RO_COMPAT_VERITY = 0x8000;
  public static final int RO_COMPAT_ORPHAN_PRESENT = 0x1_0000;

  /// Those that leave the block bitmaps what they are.
  public static final int INCOMPAT_KNOWN =
      INCOMPAT_FILETYPE
          | INCOMPAT_RECOVER
          | INCOMPAT_JOURNAL_DEV
          | INCOMPAT_META_BG
          | INCOMPAT_EXTENTS
          | INCOMPAT_64BIT
          | INCOMPAT_MMP
          | INCOMPAT_FLEX_BG
          | INCOMPAT_EA_INODE
          | INCOMPAT_CSUM_SEED
          | INCOMPAT_LARGEDIR
          | INCOMPAT_INLINE_DATA
          | INCOMPAT_ENCRYPT
          | INCOMPAT_CASEFOLD;

  public static final int RO_COMPAT_KNOWN =
      RO_COMPAT_SPARSE_SUPER
          | RO_COMPAT_LARGE_FILE
          | RO_COMPAT_BTREE_DIR
          | RO_COMPAT_HUGE_FILE
          | RO_COMPAT_GDT_CSUM
          | RO_COMPAT_DIR_NLINK
          | RO_COMPAT_EXTRA_ISIZE
          | RO_COMPAT_QUOTA
          | RO_COMPAT_BIGALLOC
          | RO_COMPAT_METADATA_CSUM
          | RO_COMPAT_READONLY
          | RO_COMPAT_PROJECT
          | RO_COMPAT_VERITY
          | RO_COMPAT_ORPHAN_PRESENT;

  /// Those that make an ext4 of what would be an ext3.
  public static final int INCOMPAT_EXT3 =
      INCOMPAT_FILETYPE | INCOMPAT_RECOVER | INCOMPAT_JOURNAL_DEV | INCOMPAT_META_BG;

  public static final int RO_COMPAT_EXT3 =
      RO_COMPAT_SPARSE_SUPER | RO_COMPAT_LARGE_FILE | RO_COMPAT_BTREE_DIR;

  private ExtFeatures() {}
}

package cairn.repository.config;

import java.util.Locale;

/// The choices that were made when the repository was. They hold for every object in it.
///
/// @param blockBytes block size of volumes, a power of two
/// @param zstdLevel compression level of new blobs
/// @param packTargetBytes at what size a pack ends
/// @param indexTargetBytes at what size a writer may end an index segment; not needed at present
/// @param parityPercent how much parity each pack has, about; 0 is none
public record Layout(
    int blockBytes, int zstdLevel, int packTargetBytes, int indexTargetBytes, int parityPercent) {
  public static final int BLOCK_BYTES_MIN = 16 << 10;
  public static final int BLOCK_BYTES_MAX = 4 << 20;
  public static final int ZSTD_LEVEL_MIN = -5;
  public static final int ZSTD_LEVEL_MAX = 19;
  public static final int TARGET_BYTES_MIN = 1 << 20;
  public static final int TARGET_BYTES_MAX = 1 << 28;

  public static final int PARITY_PERCENT_MAX = 50;

  public static final Layout DEFAULT = new Layout(128 << 10, 1, 32 << 20, 64 << 20, 2);

  /// @throws IllegalArgumentException with one sentence for the user
  public Layout {
    check("block size", blockBytes, BLOCK_BYTES_MIN, BLOCK_BYTES_MAX);
    if (Integer.bitCount(blockBytes) != 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "block size is %d, no power of two", blockBytes));
    }
    check("zstd level", zstdLevel, ZSTD_LEVEL_MIN, ZSTD_LEVEL_MAX);
    check("pack target size", packTargetBytes, TARGET_BYTES_MIN, TARGET_BYTES_MAX);
    check("index target size", indexTargetBytes, TARGET_BYTES_MIN, TARGET_BYTES_MAX);
    check("parity percentage", parityPercent, 0, PARITY_PERCENT_MAX);
  }

  public Layout withBlockBytes(int newBlockBytes) {
    return new Layout(newBlockBytes, zstdLevel, packTargetBytes, indexTargetBytes, parityPercent);
  }

  public Layout withZstdLevel(int newZstdLevel) {
    return new Layout(blockBytes, newZstdLevel, packTargetBytes, indexTargetBytes, parityPercent);
  }

  public Layout withParityPercent(int newParityPercent) {
    return new Layout(blockBytes, zstdLevel, packTargetBytes, indexTargetBytes, newParityPercent);
  }

  private static void check(String field, int have, int least, int most) {
    if (have < least || have > most) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is %d, not %d..%d", field, have, least, most));
    }
  }
}

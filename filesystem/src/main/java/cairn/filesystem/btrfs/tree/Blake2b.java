package cairn.filesystem.btrfs.tree;

import cairn.filesystem.layout.Fields;
import java.util.Arrays;

/// BLAKE2b with a digest of 32 bytes and without a key, by RFC 7693.
final class Blake2b {
  private static final int DIGEST_BYTES = 32;
  private static final int BLOCK_BYTES = 128;
  private static final int ROUNDS = 12;

  private static final long[] START = {
    0x6A09E667F3BCC908L, 0xBB67AE8584CAA73BL, 0x3C6EF372FE94F82BL, 0xA54FF53A5F1D36F1L,
    0x510E527FADE682D1L, 0x9B05688C2B3E6C1FL, 0x1F83D9ABFB41BD6BL, 0x5BE0CD19137E2179L
  };

  private static final int[][] SIGMA = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}
  };

  private final long[] state = START.clone();
  private final long[] work = new long[16];
  private final long[] input = new long[16];

  private Blake2b() {
    state[0] ^= 0x01010000L ^ DIGEST_BYTES;
  }

  /// @param length more than 0
  static byte[] of(byte[] bytes, int from, int length) {
    Blake2b hash = new Blake2b();
    Fields all = Fields.littleEndian(bytes);
    int at = 0;
    for (; length - at > BLOCK_BYTES; at += BLOCK_BYTES) {
      hash.compress(all, from + at, at + BLOCK_BYTES, false);
    }
    byte[] last = Arrays.copyOfRange(bytes, from + at, from + length);
    hash.compress(Fields.littleEndian(Arrays.copyOf(last, BLOCK_BYTES)), 0, length, true);
    return hash.digest();
  }

  private void compress(Fields bytes, int at, long count, boolean last) {
    for (int index = 0; index < input.length; index++) {
      input[index] = bytes.u64(at + 8 * index);
    }
    System.arraycopy(state, 0, work, 0, 8);
    System.arraycopy(START, 0, work, 8, 8);
    work[12] ^= count;
    work[14] ^= last ? -1 : 0;
    for (int round = 0; round < ROUNDS; round++) {
      round(SIGMA[round % SIGMA.length]);
    }
    for (int index = 0; index < 8; index++) {
      state[index] ^= work[index] ^ work[index + 8];
    }
  }

  private void round(int[] order) {
    for (int column = 0; column < 4; column++) {
      mix(column, 0, input[order[2 * column]], input[order[2 * column + 1]]);
    }
    for (int column = 0; column < 4; column++) {
      mix(column, 1, input[order[8 + 2 * column]], input[order[9 + 2 * column]]);
    }
  }

  /// @param turn 0 for a column, 1 for a diagonal
  private void mix(int column, int turn, long one, long other) {
    int b = 4 + (column + turn) % 4;
    int c = 8 + (column + 2 * turn) % 4;
    int d = 12 + (column + 3 * turn) % 4;
    work[column] += work[b] + one;
    work[d] = Long.rotateRight(work[d] ^ work[column], 32);
    work[c] += work[d];
    work[b] = Long.rotateRight(work[b] ^ work[c], 24);
    work[column] += work[b] + other;
    work[d] = Long.rotateRight(work[d] ^ work[column], 16);
    work[c] += work[d];
    work[b] = Long.rotateRight(work[b] ^ work[c], 63);
  }

  private byte[] digest() {
    byte[] digest = new byte[DIGEST_BYTES];
    for (int index = 0; index < DIGEST_BYTES; index++) {
      digest[index] = (byte) (state[index / 8] >>> (8 * (index % 8)));
    }
    return digest;
  }
}

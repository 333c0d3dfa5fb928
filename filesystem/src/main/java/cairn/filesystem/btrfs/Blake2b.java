package cairn.filesystem.btrfs;

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

  private Blake2b() {
    state[0] ^= 0x01010000L ^ DIGEST_BYTES;
  }

  /// Of everything from `from` on, which must not be nothing.
  static byte[] of(Fields bytes, int from) {
    Blake2b hash = new Blake2b();
    int at = from;
    for (; bytes.size() - at > BLOCK_BYTES; at += BLOCK_BYTES) {
      hash.compress(bytes.part(at, BLOCK_BYTES), at - from + BLOCK_BYTES, false);
    }
    byte[] last = Arrays.copyOf(bytes.raw(at, bytes.size() - at), BLOCK_BYTES);
    hash.compress(Fields.littleEndian(last), bytes.size() - from, true);
    return hash.digest();
  }

  private void compress(Fields block, long count, boolean last) {
    System.arraycopy(state, 0, work, 0, 8);
    System.arraycopy(START, 0, work, 8, 8);
    work[12] ^= count;
    work[14] ^= last ? -1 : 0;
    for (int round = 0; round < ROUNDS; round++) {
      int[] order = SIGMA[round % SIGMA.length];
      for (int step = 0; step < 8; step++) {
        int turn = step < 4 ? 0 : 1;
        int column = step % 4;
        mix(
            new int[] {
              column,
              4 + (column + turn) % 4,
              8 + (column + 2 * turn) % 4,
              12 + (column + 3 * turn) % 4
            },
            block.u64(8 * order[2 * step]),
            block.u64(8 * order[2 * step + 1]));
      }
    }
    for (int index = 0; index < 8; index++) {
      state[index] ^= work[index] ^ work[index + 8];
    }
  }

  private void mix(int[] at, long one, long other) {
    half(at, one, 32, 24);
    half(at, other, 16, 63);
  }

  private void half(int[] at, long input, int first, int second) {
    work[at[0]] += work[at[1]] + input;
    work[at[3]] = Long.rotateRight(work[at[3]] ^ work[at[0]], first);
    work[at[2]] += work[at[3]];
    work[at[1]] = Long.rotateRight(work[at[1]] ^ work[at[2]], second);
  }

  private byte[] digest() {
    byte[] digest = new byte[DIGEST_BYTES];
    for (int index = 0; index < DIGEST_BYTES; index++) {
      digest[index] = (byte) (state[index / 8] >>> (8 * (index % 8)));
    }
    return digest;
  }
}

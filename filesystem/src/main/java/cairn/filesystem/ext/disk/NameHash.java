package cairn.filesystem.ext.disk;

import cairn.filesystem.layout.Fields;

/// The hashes of names by which directories are indexed, as `fs/ext4/hash.c` makes them: the old
/// one, half of MD4, and TEA, each with the bytes of the name taken as signed or as unsigned.
public final class NameHash {
  /// Has a key that nobody has without the files being opened; such directories are searched.
  public static final int SIPHASH = 6;

  private static final int HALF_MD4 = 1;
  private static final int TEA = 2;
  private static final int UNSIGNED = 3;
  private static final int END = 0x7FFF_FFFF;
  private static final int[] START = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  private static final int SEED_AT = 0xec;

  private final int kind;
  private final int[] seed;

  /// @param kind as the root of the index says
  public NameHash(int kind, ExtSuperblock superblock) {
    this.kind = kind <= TEA && superblock.hashesUnsigned() ? kind + UNSIGNED : kind;
    this.seed = seed(superblock.fields());
  }

  public static boolean isKnown(int kind) {
    return kind <= SIPHASH;
  }

  private static int[] seed(Fields superblock) {
    int[] seed = new int[START.length];
    int any = 0;
    for (int index = 0; index < seed.length; index++) {
      seed[index] = superblock.i32(SEED_AT + Integer.BYTES * index);
      any |= seed[index];
    }
    return any == 0 ? START : seed;
  }

  /// The lowest bit is never set: an index marks with it that a hash goes on.
  public long of(byte[] bytes, int from, int length) {
    int hash =
        switch (kind % UNSIGNED) {
          case HALF_MD4 -> halfMd4(bytes, from, length);
          case TEA -> tea(bytes, from, length);
          default -> old(bytes, from, length);
        };
    int even = hash & ~1;
    return (even == END << 1 ? (END - 1) << 1 : even) & 0xFFFF_FFFFL;
  }

  private int old(byte[] bytes, int from, int length) {
    int before = 0x37abe8f9;
    int hash = 0x12a3fe2d;
    for (int at = from; at < from + length; at++) {
      int next = before + (hash ^ (letter(bytes[at]) * 7152373));
      if (next < 0) {
        next -= 0x7fffffff;
      }
      before = hash;
      hash = next;
    }
    return hash << 1;
  }

  private int halfMd4(byte[] bytes, int from, int length) {
    int[] state = seed.clone();
    int[] words = new int[8];
    for (int done = 0; done < length; done += 32) {
      words(bytes, from + done, length - done, words);
      md4(state, words);
    }
    return state[1];
  }

  private int tea(byte[] bytes, int from, int length) {
    int[] state = seed.clone();
    int[] words = new int[4];
    for (int done = 0; done < length; done += 16) {
      words(bytes, from + done, length - done, words);
      tea(state, words);
    }
    return state[0];
  }

  /// The name in words, filled up with its length.
  private void words(byte[] bytes, int from, int length, int[] words) {
    int pad = (length & 0xFF) * 0x01010101;
    if (length > 0xFF) {
      throw new IllegalArgumentException("a name of " + length + " bytes");
    }
    int taken = Math.min(length, Integer.BYTES * words.length);
    for (int word = 0; word < words.length; word++) {
      int value = pad;
      int end = Math.min(taken, Integer.BYTES * (word + 1));
      for (int at = Integer.BYTES * word; at < end; at++) {
        value = letter(bytes[from + at]) + (value << 8);
      }
      words[word] = value;
    }
  }

  private int letter(byte each) {
    return kind >= UNSIGNED ? each & 0xFF : each;
  }

  private static void tea(int[] state, int[] words) {
    int first = state[0];
    int second = state[1];
    int sum = 0;
    for (int round = 0; round < 16; round++) {
      sum += 0x9E3779B9;
      first += ((second << 4) + words[0]) ^ (second + sum) ^ ((second >>> 5) + words[1]);
      second += ((first << 4) + words[2]) ^ (first + sum) ^ ((first >>> 5) + words[3]);
    }
    state[0] += first;
    state[1] += second;
  }

  private static final int[][] ORDERS = {
    {0, 1, 2, 3, 4, 5, 6, 7}, {1, 3, 5, 7, 0, 2, 4, 6}, {3, 7, 2, 6, 1, 5, 0, 4}
  };
  private static final int[][] SHIFTS = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
  private static final int[] CONSTANTS = {0, 0x5A827999, 0x6ED9EBA1};

  private static void md4(int[] state, int[] words) {
    int[] turn = state.clone();
    for (int round = 0; round < ORDERS.length; round++) {
      for (int step = 0; step < words.length; step++) {
        int target = -step & 3;
        int mixed =
            mix(round, turn[(target + 1) & 3], turn[(target + 2) & 3], turn[(target + 3) & 3]);
        int sum = turn[target] + mixed + words[ORDERS[round][step]] + CONSTANTS[round];
        turn[target] = Integer.rotateLeft(sum, SHIFTS[round][step & 3]);
      }
    }
    for (int index = 0; index < state.length; index++) {
      state[index] += turn[index];
    }
  }

  private static int mix(int round, int x, int y, int z) {
    return switch (round) {
      case 0 -> z ^ (x & (y ^ z));
      case 1 -> (x & y) + ((x ^ y) & z);
      default -> x ^ y ^ z;
    };
  }
}

package cairn.filesystem.btrfs.tree;

import cairn.filesystem.layout.Fields;

/// XXH64 with seed 0, by `doc/xxhash_spec.md` of xxHash.
final class XxHash64 {
  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;
  private static final long PRIMES_1_AND_2 = 0x60EA27EEADC0B5D6L;
  private static final int STRIPE_BYTES = 32;

  private XxHash64() {}

  static long of(byte[] input, int from, int length) {
    Fields bytes = Fields.littleEndian(input);
    int at = from;
    int end = from + length;
    long hash = PRIME_5;
    if (end - from >= STRIPE_BYTES) {
      long[] lanes = {PRIMES_1_AND_2, PRIME_2, 0, -PRIME_1};
      for (; end - at >= STRIPE_BYTES; at += STRIPE_BYTES) {
        for (int lane = 0; lane < lanes.length; lane++) {
          lanes[lane] = round(lanes[lane], bytes.u64(at + lane * Long.BYTES));
        }
      }
      hash = converge(lanes);
    }
    return avalanche(tail(hash + length, bytes, at, end));
  }

  private static long round(long lane, long input) {
    return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
  }

  private static long converge(long[] lanes) {
    long hash =
        Long.rotateLeft(lanes[0], 1)
            + Long.rotateLeft(lanes[1], 7)
            + Long.rotateLeft(lanes[2], 12)
            + Long.rotateLeft(lanes[3], 18);
    for (long lane : lanes) {
      hash = (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
    }
    return hash;
  }

  private static long tail(long start, Fields bytes, int from, int end) {
    long hash = start;
    int at = from;
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      hash = Long.rotateLeft(hash ^ round(0, bytes.u64(at)), 27) * PRIME_1 + PRIME_4;
    }
    if (end - at >= Integer.BYTES) {
      hash = Long.rotateLeft(hash ^ (bytes.u32(at) * PRIME_1), 23) * PRIME_2 + PRIME_3;
      at += Integer.BYTES;
    }
    for (; at < end; at++) {
      hash = Long.rotateLeft(hash ^ (bytes.u8(at) * PRIME_5), 11) * PRIME_1;
    }
    return hash;
  }

  private static long avalanche(long start) {
    long hash = (start ^ start >>> 33) * PRIME_2;
    hash = (hash ^ hash >>> 29) * PRIME_3;
    return hash ^ hash >>> 32;
  }
}

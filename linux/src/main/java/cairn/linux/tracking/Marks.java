package cairn.linux.tracking;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import cairn.linux.bpf.BpfMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// One byte for each block: the generation that it was last written in, 0 for never. Bytes of the
/// last page that stand for no block are marked now and then, and mean nothing.
///
/// @param bytes whole pages
/// @param length of what is tracked, in bytes
record Marks(MemorySegment bytes, long length) {
  static final int BLOCK_SHIFT = 16;
  static final int BLOCK_BYTES = 1 << BLOCK_SHIFT;

  /// A disk of 8 EiB has no more blocks.
  static final int BLOCK_INDEX_BITS = 63 - BLOCK_SHIFT;

  private static final int PIECE_BYTES = 1 << 10;
  private static final byte[] ZEROS = new byte[PIECE_BYTES];
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle WORD =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final long EVEN_BYTES = 0x00ff00ff00ff00ffL;
  private static final long CARRIES = 0x0100010001000100L;
  private static final long ONES = 0x0001000100010001L;

  static long blocks(long length) {
    return (length + BLOCK_BYTES - 1) >> BLOCK_SHIFT;
  }

  /// @throws IllegalArgumentException when no map is that large
  static BpfMap.Shape shape(long length) {
    long pages = (blocks(length) + BpfMap.PAGE_BYTES - 1) / BpfMap.PAGE_BYTES;
    if (pages > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a volume of " + length + " bytes is too large to track");
    }
    return BpfMap.Shape.pages((int) pages);
  }

  /// Marks all blocks that the range touches, unless they were marked later. Programs mark at the
  /// same time, as may others who know of a later generation, so each byte is only ever raised.
  void mark(int generation, long offset, long length) {
    long first = offset >> BLOCK_SHIFT;
    long end = blocks(offset + length);
    for (long word = first / Integer.BYTES; word * Integer.BYTES < end; word++) {
      long from = Math.max(first, word * Integer.BYTES);
      long to = Math.min(end, (word + 1) * Integer.BYTES);
      raise(word * Integer.BYTES, from, to, generation);
    }
  }

  private void raise(long word, long from, long to, int generation) {
    int before;
    int after;
    do {
      before = (int) WORD.getVolatile(bytes, word);
      after = before;
      for (long at = from; at < to; at++) {
        int shift = (int) (at - word) * Byte.SIZE;
        if (((before >>> shift) & 0xff) < generation) {
          after = (after & ~(0xff << shift)) | (generation << shift);
        }
      }
    } while (after != before && !WORD.compareAndSet(bytes, word, before, after));
  }

  /// Ranges whose blocks were marked in this generation or a later one, ascending, as long as can
  /// be.
  ///
  /// Most pieces were never written to. Comparing one with zeros takes a moment even before the JIT
  /// compiler has come here.
  void visit(int generation, RangeVisitor visitor) {
    long blocks = blocks(length);
    byte[] piece = new byte[PIECE_BYTES];
    long start = -1;
    for (long at = 0; at < blocks; at += PIECE_BYTES) {
      MemorySegment.copy(bytes, JAVA_BYTE, at, piece, 0, PIECE_BYTES);
      int end = (int) Math.min(PIECE_BYTES, blocks - at);
      int block = start < 0 ? firstMarked(piece, 0, generation) : 0;
      while (block < end) {
        boolean marked = Byte.toUnsignedInt(piece[block]) >= generation;
        if (marked && start < 0) {
          start = at + block;
        } else if (!marked && start >= 0) {
          tell(start, at + block, visitor);
          start = -1;
        }
        block = start < 0 ? firstMarked(piece, block + 1, generation) : block + 1;
      }
    }
    if (start >= 0) {
      tell(start, blocks, visitor);
    }
  }

  /// @return at most the number of blocks in the piece
  private static int firstMarked(byte[] piece, int from, int generation) {
    int first = Arrays.mismatch(piece, from, PIECE_BYTES, ZEROS, from, PIECE_BYTES);
    if (first < 0) {
      return PIECE_BYTES;
    }
    int block = from + first;
    while (block < PIECE_BYTES) {
      boolean atEight = block % Long.BYTES == 0;
      if (atEight && !anyAtLeast((long) EIGHT.get(piece, block), generation)) {
        block += Long.BYTES;
      } else if (Byte.toUnsignedInt(piece[block]) >= generation) {
        return block;
      } else {
        block++;
      }
    }
    return block;
  }

  /// Whether one of eight bytes is at least so large: each is taken, in a lane of 16 bits, from 256
  /// and what is asked for; what is left has a ninth bit when it was large enough.
  static boolean anyAtLeast(long eight, int least) {
    long asked = least * ONES;
    long even = ((eight & EVEN_BYTES) | CARRIES) - asked;
    long odd = (((eight >>> Byte.SIZE) & EVEN_BYTES) | CARRIES) - asked;
    return ((even | odd) & CARRIES) != 0;
  }

  private void tell(long start, long end, RangeVisitor visitor) {
    long offset = start << BLOCK_SHIFT;
    visitor.range(offset, Math.min(length, end << BLOCK_SHIFT) - offset);
  }
}

package cairn.repository.parity;

import java.util.Arrays;

/// A Reed-Solomon code over shards of equal size: any `m` shards of a group that are known to be
/// lost come back from the others. Serves one thread at a time.
///
/// The shards of a group have positions: parity shards `0..m-1`, data shards from `m` on, at most
/// 255 in all. For each byte column `c` and each `j` from `-(m/2)` (rounded down) to `m-1-(m/2)`,
/// the sum over all positions `i` of `alpha^(i*j) * c[i]` is 0. Writing parity is bringing back
/// `0..m-1`.
final class ReedSolomon {
  // Powers of alpha from -2 to 2 cost 6 doublings or halvings for five sums, where 0 to 4 would
  // cost 10.

  static final int PARITY_MAX = 5;
  static final int POSITIONS_MAX = 255;

  private final long[][] sums;
  private final long[] one;
  private final long[] other;
  private final long[] zeros;

  /// Gives the shards of a group.
  interface Source {
    /// Puts the shard at a position into `target`: zeros when it is lost.
    void load(int position, long[] target);
  }

  /// @param parityShards m, 1..[#PARITY_MAX]
  /// @param shardBytes a multiple of 8
  ReedSolomon(int parityShards, int shardBytes) {
    this.sums = new long[parityShards][shardBytes / Long.BYTES];
    this.one = new long[shardBytes / Long.BYTES];
    this.other = new long[shardBytes / Long.BYTES];
    this.zeros = new long[shardBytes / Long.BYTES];
  }

  /// Takes in a group. Reads each shard once, the highest position first.
  void read(int positions, Source source) {
    for (long[] sum : sums) {
      Arrays.fill(sum, 0);
    }
    // Horner's rule, two steps at a time. What lies above the last position counts as zeros.
    for (int position = positions - 1 + positions % 2; position > 0; position -= 2) {
      load(position, positions, source, one);
      load(position - 1, positions, source, other);
      for (int row = 0; row < sums.length; row++) {
        add(sums[row], exponent(row));
      }
    }
  }

  /// `sum = (sum * f + one) * f + other`, where f is alpha to the power of `exponent`, -2..2.
  private void add(long[] sum, int exponent) {
    switch (exponent) {
      case -2 -> {
        Galois.addHalving(sum, zeros, one);
        Galois.addHalving(sum, zeros, other);
      }
      case -1 -> Galois.addHalving(sum, one, other);
      case 0 -> Galois.add(sum, one, other);
      case 1 -> Galois.addDoubling(sum, one, other);
      default -> {
        Galois.addDoubling(sum, zeros, one);
        Galois.addDoubling(sum, zeros, other);
      }
    }
  }

  private static void load(int position, int positions, Source source, long[] target) {
    if (position < positions) {
      source.load(position, target);
    } else {
      Arrays.fill(target, 0);
    }
  }

  /// Whether the group that was read lacks nothing.
  boolean isWhole() {
    return Arrays.stream(sums).flatMapToLong(Arrays::stream).allMatch(sum -> sum == 0);
  }

  /// What brings back lost shards.
  ///
  /// @param lost their positions, at most m, distinct
  /// @return for [#recover]
  int[][] solve(int... lost) {
    if (lost.length > sums.length) {
      throw new IllegalArgumentException(lost.length + " lost, parity for " + sums.length);
    }
    int[][] weights = new int[lost.length][lost.length];
    for (int row = 0; row < lost.length; row++) {
      for (int column = 0; column < lost.length; column++) {
        weights[row][column] = Galois.alpha(exponent(row) * lost[column]);
      }
    }
    return inverse(weights);
  }

  /// The shards that were given as zeros when the group was read.
  ///
  /// @param solution of their positions
  /// @return in the order of the positions
  long[][] recover(int[][] solution) {
    long[][] found = new long[solution.length][one.length];
    for (int each = 0; each < solution.length; each++) {
      combine(solution[each], found[each]);
    }
    return found;
  }

  /// Adds up the sums, each times its factor, bit by bit of the factors from the highest on. What
  /// is left in `one` and `other` is of no use.
  private void combine(int[] factors, long[] target) {
    for (int bit = 7; bit > 0; bit -= 2) {
      select(factors, bit, one);
      select(factors, bit - 1, other);
      Galois.addDoubling(target, one, other);
    }
  }

  /// The sum of those whose factor has a bit.
  private void select(int[] factors, int bit, long[] target) {
    Arrays.fill(target, 0);
    for (int row = 0; row < factors.length; row++) {
      if ((factors[row] >> bit & 1) == 1) {
        Galois.add(target, sums[row], zeros);
      }
    }
  }

  private int exponent(int row) {
    return row - sums.length / 2;
  }

  /// By Gauss and Jordan. `matrix` is used up.
  private static int[][] inverse(int[][] matrix) {
    int size = matrix.length;
    int[][] result = new int[size][size];
    for (int i = 0; i < size; i++) {
      result[i][i] = 1;
    }
    for (int pivot = 0; pivot < size; pivot++) {
      int row = pivot;
      while (matrix[row][pivot] == 0) {
        row++; // within bounds, because distinct positions make a regular matrix
      }
      swap(matrix, pivot, row);
      swap(result, pivot, row);
      int factor = Galois.inverse(matrix[pivot][pivot]);
      scale(matrix[pivot], factor);
      scale(result[pivot], factor);
      for (int other = 0; other < size; other++) {
        int multiple = other == pivot ? 0 : matrix[other][pivot];
        addMultiple(matrix[other], matrix[pivot], multiple);
        addMultiple(result[other], result[pivot], multiple);
      }
    }
    return result;
  }

  private static void swap(int[][] matrix, int one, int other) {
    int[] kept = matrix[one];
    matrix[one] = matrix[other];
    matrix[other] = kept;
  }

  private static void scale(int[] row, int factor) {
    for (int i = 0; i < row.length; i++) {
      row[i] = Galois.multiply(row[i], factor);
    }
  }

  private static void addMultiple(int[] row, int[] other, int multiple) {
    for (int i = 0; i < row.length; i++) {
      row[i] ^= Galois.multiply(other[i], multiple);
    }
  }
}

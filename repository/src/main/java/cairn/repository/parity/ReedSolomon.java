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
  static final int PARITY_MAX = 5;
  static final int POSITIONS_MAX = 255;

  private final int parityShards;

  /// Those beyond the number of parity shards stay zeros.
  private final long[][] sums;

  private final long[] one;
  private final long[] other;

  /// Gives the shards of a group.
  interface Source {
    /// Puts the shard at a position into `target`: zeros when it is lost.
    void load(int position, long[] target);
  }

  /// @param parityShards m, 1..[#PARITY_MAX]
  /// @param shardBytes a multiple of 8
  ReedSolomon(int parityShards, int shardBytes) {
    this.parityShards = parityShards;
    this.sums = new long[PARITY_MAX][shardBytes / Long.BYTES];
    this.one = new long[shardBytes / Long.BYTES];
    this.other = new long[shardBytes / Long.BYTES];
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
      for (int row = 0; row < parityShards; row++) {
        Galois.fold(sums[row], one, other, exponent(row));
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

  /// The shards that were given as zeros when the group was read.
  ///
  /// @param lost their positions, at most m, distinct
  /// @return in the order of `lost`
  long[][] recover(int[] lost) {
    if (lost.length > parityShards) {
      throw new IllegalArgumentException(lost.length + " lost, parity for " + parityShards);
    }
    int[][] weights = new int[lost.length][lost.length];
    for (int row = 0; row < lost.length; row++) {
      for (int column = 0; column < lost.length; column++) {
        weights[row][column] = Galois.alpha(exponent(row) * lost[column]);
      }
    }
    int[][] inverse = inverse(weights);
    long[][] found = new long[lost.length][sums[0].length];
    for (int each = 0; each < lost.length; each++) {
      Galois.combine(found[each], sums, Arrays.copyOf(inverse[each], PARITY_MAX));
    }
    return found;
  }

  private int exponent(int row) {
    return row - parityShards / 2;
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

package cairn.filesystem.btrfs.file;

import java.util.zip.DataFormatException;

/// Decompresses LZO1X, by `Documentation/staging/lzo.rst` of Linux: instructions that copy literals
/// from the input, or a block from what was decompressed before. Whatever the input, nothing is
/// read or written outside of the ranges given.
final class Lzo {
  private static final int FIRST_LITERALS = 17;
  private static final int FAR_DISTANCE = 1 << 14;
  private static final int MIDDLE_DISTANCE = 1 << 11;

  /// After four literals or more; fewer are the state themselves.
  private static final int MANY = 4;

  private final byte[] input;
  private final int inputEnd;
  private final byte[] output;
  private final int outputStart;
  private final int outputEnd;
  private int in;
  private int out;
  private int state;

  private Lzo(byte[] input, int from, int length, byte[] output, int to) {
    this.input = input;
    this.in = from;
    this.inputEnd = from + length;
    this.output = output;
    this.outputStart = to;
    this.outputEnd = output.length;
    this.out = to;
  }

  /// Decompresses `input[from, from + length)` to the place `to` of the output, and up to its end.
  ///
  /// @return where in the output it ended
  static int decompress(byte[] input, int from, int length, byte[] output, int to)
      throws DataFormatException {
    return new Lzo(input, from, length, output, to).run();
  }

  private int run() throws DataFormatException {
    if (in < inputEnd && (input[in] & 0xFF) > FIRST_LITERALS) {
      int count = next() - FIRST_LITERALS;
      literals(count);
      state = Math.min(count, MANY);
    }
    while (step(next())) {
      // until the end of the stream
    }
    return out;
  }

  /// @return false at the end of the stream
  private boolean step(int code) throws DataFormatException {
    if (code >= 64) {
      int length = code >= 128 ? 5 + (code >> 5 & 3) : 3 + (code >> 5 & 1);
      int distance = (next() << 3) + (code >> 2 & 7) + 1;
      copy(distance, length, code & 3);
    } else if (code >= 32) {
      int length = 2 + length(code, 31);
      int pair = pair();
      copy((pair >> 2) + 1, length, pair & 3);
    } else if (code >= 16) {
      int length = 2 + length(code, 7);
      int pair = pair();
      int distance = FAR_DISTANCE + ((code & 8) << 11) + (pair >> 2);
      if (distance == FAR_DISTANCE) {
        return false;
      }
      copy(distance, length, pair & 3);
    } else if (state == 0) {
      literals(3 + length(code, 15));
      state = MANY;
    } else {
      boolean many = state == MANY;
      int distance = (next() << 2) + (code >> 2 & 3) + 1;
      copy(many ? distance + MIDDLE_DISTANCE : distance, many ? 3 : 2, code & 3);
    }
    return true;
  }

  /// @param most the bits of the code that hold a length; when it is 0, bytes that follow do
  private int length(int code, int most) throws DataFormatException {
    int length = code & most;
    if (length != 0) {
      return length;
    }
    length = most;
    int more = next();
    while (more == 0) {
      length += 255;
      more = next();
    }
    return length + more;
  }

  private int next() throws DataFormatException {
    if (in >= inputEnd) {
      throw new DataFormatException("the input ends early");
    }
    return input[in++] & 0xFF;
  }

  private int pair() throws DataFormatException {
    return next() | next() << 8;
  }

  private void literals(int count) throws DataFormatException {
    if (count > inputEnd - in || count > outputEnd - out) {
      throw new DataFormatException(count + " literals are too many");
    }
    System.arraycopy(input, in, output, out, count);
    in += count;
    out += count;
  }

  /// Ranges may overlap: what is written is copied again.
  private void copy(int distance, int length, int literals) throws DataFormatException {
    if (distance > out - outputStart || length > outputEnd - out) {
      throw new DataFormatException("a copy of " + length + " bytes from " + distance + " before");
    }
    for (int index = 0; index < length; index++) {
      output[out] = output[out - distance];
      out++;
    }
    literals(literals);
    state = literals;
  }
}

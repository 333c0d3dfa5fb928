package cairn.filesystem.btrfs.file;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Decompresses extents of files. What is behind the end of the compressed data is padding.
final class Compression {
  private static final int ZLIB = 1;
  private static final int LZO = 2;

  private Compression() {}

  /// @param bytes how many there are when decompressed; if fewer come, zeros follow them
  /// @param sectorBytes no header of a segment crosses from one sector into the next
  static byte[] decompress(int kind, byte[] input, int bytes, int sectorBytes, Subject subject)
      throws CorruptData {
    subject.check(input.length > 0, "compressed data", "none", "some");
    try {
      return switch (kind) {
        case ZLIB -> zlib(input, bytes);
        case LZO -> lzo(input, bytes, sectorBytes);
        default -> zstd(input, bytes, sectorBytes);
      };
    } catch (DataFormatException | ZstdException e) {
      throw subject.corrupt("compressed data", String.valueOf(e.getMessage()), "what decompresses");
    }
  }

  private static byte[] zlib(byte[] input, int bytes) throws DataFormatException {
    byte[] output = new byte[bytes];
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(input);
      int done = 0;
      while (done < bytes && !inflater.finished()) {
        int more = inflater.inflate(output, done, bytes - done);
        if (more == 0 && !inflater.finished()) {
          throw new DataFormatException("it ends early");
        }
        done += more;
      }
    }
    return output;
  }

  /// A total length, and for each sector the length of its segment and that.
  private static byte[] lzo(byte[] input, int bytes, int sectorBytes) throws DataFormatException {
    byte[] output = new byte[bytes];
    Fields fields = Fields.littleEndian(input);
    long total = input.length < Integer.BYTES ? -1 : fields.u32(0);
    if (total < Integer.BYTES || total > input.length) {
      throw new DataFormatException("a length of " + total);
    }
    byte[] sector = new byte[sectorBytes];
    int at = Integer.BYTES;
    for (int done = 0; done < bytes && at < total; ) {
      if (sectorBytes - at % sectorBytes < Integer.BYTES) {
        at += sectorBytes - at % sectorBytes;
        continue;
      }
      long length = total - at < Integer.BYTES ? -1 : fields.u32(at);
      at += Integer.BYTES;
      if (length < 0 || length > total - at) {
        throw new DataFormatException("a segment of " + length + " bytes");
      }
      int plain = Lzo.decompress(input, at, (int) length, sector, 0);
      int kept = Math.min(plain, bytes - done);
      System.arraycopy(sector, 0, output, done, kept);
      done += kept;
      at += (int) length;
    }
    return output;
  }

  /// One frame. It may hold more than is wanted, up to the end of the last sector.
  private static byte[] zstd(byte[] input, int bytes, int sectorBytes) {
    int whole = Math.ceilDiv(bytes, sectorBytes) * sectorBytes;
    byte[] output = new byte[whole];
    int frame = (int) Zstd.findFrameCompressedSize(input, 0, input.length);
    Zstd.decompressByteArray(output, 0, whole, input, 0, frame);
    return bytes == whole ? output : Arrays.copyOf(output, bytes);
  }
}

package cairn.repository.write;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import cairn.repository.chunk.Codec;
import cairn.repository.chunk.Encoding;
import cairn.repository.crypto.ChunkDigest;
import cairn.repository.crypto.Protection;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Picks the smallest encoding of a chunk and proves it by decoding. Serves one thread at a time.
public final class BlobEncoder implements AutoCloseable {
  private final Codec codec;
  private final ChunkDigest digest;
  private final boolean verify;
  private byte[] deltaBytes = new byte[0];
  private byte[] decoded = new byte[0];

  /// @param level of zstd
  /// @param verify whether to decode what was encoded and compute the id again
  public BlobEncoder(Protection protection, int level, boolean verify) {
    this.codec = new Codec(level);
    this.digest = protection.newDigest();
    this.verify = verify;
  }

  public ChunkDigest digest() {
    return digest;
  }

  /// Encodes a chunk.
  ///
  /// @param target room for [Codec#boundBytes] of the chunk
  /// @return what was written to the start of `target`
  /// @throws CorruptData when decoding did not give back the chunk: memory or a codec is faulty
  public Encoded encode(ChunkId id, Slice plain, @Nullable Base base, Slice target)
      throws CorruptData {
    Encoded encoded =
        base == null || base.id().equals(id)
            ? encodePlain(plain, target)
            : encodeAgainst(base, plain, target);
    if (verify) {
      prove(id, plain.length(), encoded, base, target);
    }
    return encoded;
  }

  /// Encodes a chunk before its id is known, and takes the id from what decoding gives back: one
  /// digest in place of two, for a chunk that is likely to be new.
  ///
  /// @param target room for [Codec#boundBytes] of the chunk
  /// @throws CorruptData when decoding did not give back the chunk: memory or a codec is faulty
  public Named encodeAndName(Slice plain, Slice target) throws CorruptData {
    if (!verify) {
      ChunkId id = digest.of(plain.bytes(), plain.offset(), plain.length());
      return new Named(id, encodePlain(plain, target));
    }
    Encoded encoded = encodePlain(plain, target);
    Subject subject = Subject.of("chunk", "not yet named");
    Slice again = decode(encoded, null, plain.length(), target, subject);
    boolean same =
        Arrays.equals(
            again.bytes(),
            again.offset(),
            again.offset() + again.length(),
            plain.bytes(),
            plain.offset(),
            plain.offset() + plain.length());
    subject.check(same, "decoded bytes", "others", "those that were encoded");
    return new Named(digest.of(again.bytes(), again.offset(), again.length()), encoded);
  }

  private Encoded encodePlain(Slice plain, Slice target) {
    int length = codec.compress(plain, target);
    if (length < plain.length()) {
      return new Encoded(Encoding.ZSTD, length, null);
    }
    System.arraycopy(
        plain.bytes(), plain.offset(), target.bytes(), target.offset(), plain.length());
    return new Encoded(Encoding.RAW, plain.length(), null);
  }

  /// A delta costs a second read, so it is kept when it is at most half as large as its base is, or
  /// else as the chunk is by itself.
  private Encoded encodeAgainst(Base base, Slice plain, Slice target) {
    int length = codec.compressDelta(plain, base.content().bytes(), target);
    Encoded delta = new Encoded(Encoding.ZSTD_DELTA, length, base.id());
    if (length <= Math.min(base.storedBytes(), plain.length()) / 2) {
      return delta;
    }
    if (deltaBytes.length < length) {
      deltaBytes = new byte[length];
    }
    System.arraycopy(target.bytes(), target.offset(), deltaBytes, 0, length);
    Encoded alone = encodePlain(plain, target);
    if (length > alone.length() / 2) {
      return alone;
    }
    System.arraycopy(deltaBytes, 0, target.bytes(), target.offset(), length);
    return delta;
  }

  private void prove(ChunkId id, int rawLength, Encoded encoded, @Nullable Base base, Slice target)
      throws CorruptData {
    Subject subject = Subject.of("chunk", id.toString());
    Slice again = decode(encoded, base, rawLength, target, subject);
    ChunkId have = digest.of(again.bytes(), again.offset(), again.length());
    subject.check(have.equals(id), "id", have, id);
  }

  private Slice decode(
      Encoded encoded, @Nullable Base base, int rawLength, Slice target, Subject subject)
      throws CorruptData {
    Slice source = Slice.of(target.bytes(), target.offset(), encoded.length());
    if (encoded.encoding() == Encoding.RAW) {
      return source;
    }
    if (decoded.length < rawLength) {
      decoded = new byte[rawLength];
    }
    Slice room = Slice.of(decoded, 0, rawLength);
    boolean delta = encoded.encoding() == Encoding.ZSTD_DELTA;
    boolean good =
        (base == null || !delta)
            ? codec.expand(source, room)
            : codec.expandDelta(source, base.content().bytes(), room);
    subject.check(good, "encoded bytes", "malformed", encoded.encoding());
    return room;
  }

  @Override
  public void close() {
    codec.close();
    Arrays.fill(decoded, (byte) 0);
  }

  /// What a chunk may be stored as the difference to: a chunk that is stored by itself.
  ///
  /// @param content the whole of its array
  /// @param storedBytes what it takes in its pack
  public record Base(ChunkId id, Slice content, int storedBytes) {
    public static Base of(ChunkId id, byte[] content, int storedBytes) {
      return new Base(id, Slice.of(content), storedBytes);
    }
  }

  /// A chunk that was encoded first and named then.
  public record Named(ChunkId id, Encoded encoded) {}

  /// What became of a chunk.
  ///
  /// @param length in bytes
  /// @param base present for `ZSTD_DELTA` only
  public record Encoded(Encoding encoding, int length, @Nullable ChunkId base) {}
}

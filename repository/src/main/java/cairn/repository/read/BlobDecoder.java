package cairn.repository.read;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import cairn.repository.chunk.Codec;
import cairn.repository.chunk.Encoding;
import cairn.repository.crypto.BlobCipher;
import cairn.repository.crypto.ChunkDigest;
import cairn.repository.crypto.Protection;
import cairn.repository.index.Location;
import cairn.repository.pack.Blob;
import cairn.repository.pack.PackContent;
import cairn.repository.tree.Node;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns stored bytes back into chunks and proves them: what it returns has the id that was asked
/// for. Serves one thread at a time.
public final class BlobDecoder implements AutoCloseable {
  private static final int CIPHERS_KEPT = 16;

  private final Protection protection;
  private final ChunkDigest digest;
  private final Codec codec = new Codec(1);
  private final Map<ObjectId, BlobCipher> ciphers =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectId, BlobCipher> eldest) {
          return size() > CIPHERS_KEPT;
        }
      };
  private byte[] opened = new byte[0];

  public BlobDecoder(Protection protection) {
    this.protection = protection;
    this.digest = protection.newDigest();
  }

  /// Decodes a blob into the start of `target`, which holds at least the raw length.
  ///
  /// @param stored the stored bytes
  /// @param base the plaintext of the base of a delta; null for anything else
  /// @throws CorruptData when they are not that chunk; `target` then holds nothing of use
  public void decode(Location location, Slice stored, byte @Nullable [] base, Slice target)
      throws CorruptData {
    reopen(location, stored, base, target);
  }

  /// As [#decode], and gives the blob as it is to be appended to another pack: in the same
  /// encoding, and not encrypted.
  ///
  /// @return valid until the next call
  public Blob reopen(Location location, Slice stored, byte @Nullable [] base, Slice target)
      throws CorruptData {
    Subject subject = subject(location);
    int clear = 0;
    if (location.content() == PackContent.NODES) {
      clear = copyClear(stored, target, subject);
    }
    Slice encoded = open(location, stored, clear, subject);
    int bodyBytes = location.place().rawLength() - clear;
    subject.check(bodyBytes >= 0, "raw length", location.place().rawLength(), ">= " + clear);
    Slice body = Slice.of(target.bytes(), target.offset() + clear, bodyBytes);
    expand(location.encoding(), encoded, base, body, subject);
    ChunkId have = digest.of(target.bytes(), target.offset(), location.place().rawLength());
    subject.check(have.equals(location.id()), "id", have, location.id());
    return new Blob(
        location.id(),
        location.place().rawLength(),
        location.encoding(),
        location.base(),
        Slice.of(stored.bytes(), stored.offset(), clear),
        encoded);
  }

  public static Subject subject(Location location) {
    String kind = location.content() == PackContent.NODES ? "node" : "chunk";
    return Subject.of(kind, location.id().toString()).at(location.text());
  }

  private static int copyClear(Slice stored, Slice target, Subject subject) throws CorruptData {
    byte[] bytes =
        Arrays.copyOfRange(stored.bytes(), stored.offset(), stored.offset() + stored.length());
    int clear = Node.clearBytes(Node.children(bytes, subject).ids().size());
    subject.check(clear <= target.length(), "raw length", target.length(), ">= " + clear);
    System.arraycopy(bytes, 0, target.bytes(), target.offset(), clear);
    return clear;
  }

  private Slice open(Location location, Slice stored, int clear, Subject subject)
      throws CorruptData {
    int from = stored.offset() + clear;
    int length = stored.length() - clear;
    if (protection.overheadBytes() == 0) {
      return Slice.of(stored.bytes(), from, length);
    }
    if (opened.length < length) {
      opened = new byte[length];
    }
    BlobCipher cipher = ciphers.computeIfAbsent(location.pack(), protection::blobCipher);
    byte[] aad = Arrays.copyOfRange(stored.bytes(), stored.offset(), from);
    Slice sealed = Slice.of(stored.bytes(), from, length);
    int plain = cipher.decrypt(location.place().offset(), aad, sealed, Slice.of(opened), subject);
    return Slice.of(opened, 0, plain);
  }

  private void expand(
      Encoding encoding, Slice encoded, byte @Nullable [] base, Slice body, Subject subject)
      throws CorruptData {
    boolean good =
        switch (encoding) {
          case RAW -> copy(encoded, body);
          case ZSTD -> codec.expand(encoded, body);
          case ZSTD_DELTA -> base != null && codec.expandDelta(encoded, base, body);
        };
    subject.check(good, "encoded bytes", "malformed", encoding);
  }

  private static boolean copy(Slice encoded, Slice body) {
    if (encoded.length() != body.length()) {
      return false;
    }
    System.arraycopy(encoded.bytes(), encoded.offset(), body.bytes(), body.offset(), body.length());
    return true;
  }

  @Override
  public void close() {
    codec.close();
  }
}

package cairn.repository.crypto;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.random.RandomGenerator;

/// No encryption: digests find damage and mix-ups, but not forgery.
final class Clear implements Protection {
  static final Clear INSTANCE = new Clear();

  private static final BlobCipher COPY = new Copy();

  private Clear() {}

  @Override
  public boolean encrypts() {
    return false;
  }

  @Override
  public ChunkDigest newDigest() {
    return new Sha256();
  }

  @Override
  public int overheadBytes() {
    return 0;
  }

  @Override
  public BlobCipher blobCipher(ObjectId pack) {
    return COPY;
  }

  @Override
  public byte[] seal(String role, String name, byte[] bytes, int offset, int length) {
    MessageDigest digest = Primitives.sha256();
    digest.update(place(role, name));
    digest.update(bytes, offset, length);
    return digest.digest();
  }

  @Override
  public byte[] encryptRecord(String role, String name, byte[] plain, RandomGenerator chance) {
    return plain;
  }

  @Override
  public byte[] decryptRecord(String role, String name, byte[] stored, Subject subject)
      throws CorruptData {
    return stored;
  }

  static byte[] place(String role, String name) {
    return new ByteWriter(64).text(role).text(name).toBytes();
  }

  private static final class Sha256 implements ChunkDigest {
    private final MessageDigest digest = Primitives.sha256();
    private final byte[] result = new byte[ChunkId.BYTES];

    @Override
    public ChunkId of(byte[] bytes, int offset, int length) {
      try {
        digest.update(bytes, offset, length);
        digest.digest(result, 0, result.length);
        return ChunkId.of(result, 0);
      } catch (DigestException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final class Copy implements BlobCipher {
    @Override
    public int encrypt(int offset, byte[] aad, Slice source, Slice target) {
      System.arraycopy(
          source.bytes(), source.offset(), target.bytes(), target.offset(), source.length());
      return source.length();
    }

    @Override
    public int decrypt(int offset, byte[] aad, Slice stored, Slice target, Subject subject) {
      return encrypt(offset, aad, stored, target);
    }
  }
}

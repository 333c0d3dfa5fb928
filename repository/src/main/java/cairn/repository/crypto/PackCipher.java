package cairn.repository.crypto;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/// AES-256-GCM with the key of one pack.
///
/// | part  | bytes                                                     |
/// |-------|-----------------------------------------------------------|
/// | nonce | 12: the blob's offset in the pack, little-endian          |
/// | AAD   | 16: pack id; 4: offset, little-endian; the caller's bytes |
/// | tag   | 16, after the ciphertext                                  |
///
/// Why no nonce is used twice with one key: the key is derived from the pack id, pack ids are 128
/// random bits and never reused (truth 2), a pack is written by one writer and never again, and
/// within it one blob begins at an offset. A pack is written from front to back, so this class
/// refuses an offset that is not beyond the last one.
final class PackCipher implements BlobCipher {
  private final ObjectId pack;
  private final SecretKey key;
  private final Cipher cipher = Primitives.gcm();
  private final byte[] nonce = new byte[Primitives.NONCE_BYTES];
  private final byte[] place = new byte[ObjectId.BYTES + Integer.BYTES];
  private int lastOffset = -1;

  PackCipher(ObjectId pack, SecretKey key) {
    this.pack = pack;
    this.key = key;
    pack.writeTo(place, 0);
  }

  @Override
  public int encrypt(int offset, byte[] aad, Slice source, Slice target) {
    if (offset <= lastOffset) {
      throw new IllegalStateException(
          "blob at " + offset + " of pack " + pack + " is not beyond " + lastOffset);
    }
    lastOffset = offset;
    try {
      return run(Cipher.ENCRYPT_MODE, offset, aad, source, target);
    } catch (GeneralSecurityException e) {
      throw Primitives.unavailable("AES-GCM", e);
    }
  }

  @Override
  public int decrypt(int offset, byte[] aad, Slice stored, Slice target, Subject subject)
      throws CorruptData {
    int least = Primitives.TAG_BYTES;
    subject.check(
        stored.length() >= least,
        "stored length",
        stored.length() + " bytes",
        "at least " + least + " bytes");
    try {
      return run(Cipher.DECRYPT_MODE, offset, aad, stored, target);
    } catch (AEADBadTagException e) {
      throw subject.corrupt(
          "authentication tag",
          "a mismatch",
          "the tag of the blob at " + offset + " of pack " + pack);
    } catch (GeneralSecurityException e) {
      throw Primitives.unavailable("AES-GCM", e);
    }
  }

  private int run(int mode, int offset, byte[] aad, Slice source, Slice target)
      throws GeneralSecurityException {
    int needed = source.length() + (mode == Cipher.ENCRYPT_MODE ? 1 : -1) * Primitives.TAG_BYTES;
    if (target.length() < needed) {
      throw new IllegalArgumentException(
          "target of " + target.length() + " bytes, " + needed + " needed");
    }
    writeOffset(nonce, 0, offset);
    writeOffset(place, ObjectId.BYTES, offset);
    cipher.init(mode, key, new GCMParameterSpec(Primitives.TAG_BYTES * 8, nonce));
    cipher.updateAAD(place);
    cipher.updateAAD(aad);
    return cipher.doFinal(
        source.bytes(), source.offset(), source.length(), target.bytes(), target.offset());
  }

  private static void writeOffset(byte[] bytes, int at, int offset) {
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[at + i] = (byte) (offset >>> (8 * i));
    }
  }
}

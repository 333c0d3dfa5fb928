package cairn.repository.crypto;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import java.security.GeneralSecurityException;
import java.util.BitSet;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/// AES-256-GCM with the key of one pack.
///
/// | part  | bytes                                                      |
/// |-------|------------------------------------------------------------|
/// | nonce | 12: the blob's ordinal, little-endian                      |
/// | AAD   | 16: pack id; 4: ordinal, little-endian; the caller's bytes |
/// | tag   | 16, after the ciphertext                                   |
///
/// Why no nonce is used twice with one key: the key is derived from the pack id, pack ids are 128
/// random bits and never reused (truth 2), a pack is written by one writer and never again, and
/// within it an ordinal names one blob. The writer keeps the last part; this class refuses an
/// ordinal that it has encrypted before.
final class PackCipher implements BlobCipher {
  private final ObjectId pack;
  private final SecretKey key;
  private final Cipher cipher = Primitives.gcm();
  private final BitSet used = new BitSet();
  private final byte[] nonce = new byte[Primitives.NONCE_BYTES];
  private final byte[] place = new byte[ObjectId.BYTES + Integer.BYTES];

  PackCipher(ObjectId pack, SecretKey key) {
    this.pack = pack;
    this.key = key;
    pack.writeTo(place, 0);
  }

  @Override
  public int encrypt(int ordinal, byte[] aad, Slice source, Slice target) {
    if (used.get(ordinal)) {
      throw new IllegalStateException(
          "blob " + ordinal + " of pack " + pack + " has been encrypted before");
    }
    used.set(ordinal);
    try {
      return run(Cipher.ENCRYPT_MODE, ordinal, aad, source, target);
    } catch (GeneralSecurityException e) {
      throw Primitives.unavailable("AES-GCM", e);
    }
  }

  @Override
  public int decrypt(int ordinal, byte[] aad, Slice stored, Slice target, Subject subject)
      throws CorruptData {
    int least = Primitives.TAG_BYTES;
    subject.check(
        stored.length() >= least,
        "stored length",
        stored.length() + " bytes",
        "at least " + least + " bytes");
    try {
      return run(Cipher.DECRYPT_MODE, ordinal, aad, stored, target);
    } catch (AEADBadTagException e) {
      throw subject.corrupt(
          "authentication tag", "a mismatch", "the tag of blob " + ordinal + " of pack " + pack);
    } catch (GeneralSecurityException e) {
      throw Primitives.unavailable("AES-GCM", e);
    }
  }

  private int run(int mode, int ordinal, byte[] aad, Slice source, Slice target)
      throws GeneralSecurityException {
    int needed = source.length() + (mode == Cipher.ENCRYPT_MODE ? 1 : -1) * Primitives.TAG_BYTES;
    if (target.length() < needed) {
      throw new IllegalArgumentException(
          "target of " + target.length() + " bytes, " + needed + " needed");
    }
    writeOrdinal(nonce, 0, ordinal);
    writeOrdinal(place, ObjectId.BYTES, ordinal);
    cipher.init(mode, key, new GCMParameterSpec(Primitives.TAG_BYTES * 8, nonce));
    cipher.updateAAD(place);
    cipher.updateAAD(aad);
    return cipher.doFinal(
        source.bytes(), source.offset(), source.length(), target.bytes(), target.offset());
  }

  private static void writeOrdinal(byte[] bytes, int offset, int ordinal) {
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[offset + i] = (byte) (ordinal >>> (8 * i));
    }
  }
}

package cairn.repository.crypto;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import java.util.random.RandomGenerator;

/// What a repository does to bytes: nothing but digests, or encryption and authentication. Safe for
/// use by several threads; the digests and ciphers that it hands out are not.
public sealed interface Protection permits Clear, Encrypted {
  /// The length of a [#seal].
  int SEAL_BYTES = 32;

  /// No encryption.
  static Protection clear() {
    return Clear.INSTANCE;
  }

  /// Encryption with keys derived from `master`, which may be wiped afterwards.
  static Protection encrypted(MasterKey master) {
    return new Encrypted(master);
  }

  /// Whether a key is needed to read and to forge.
  boolean encrypts();

  ChunkDigest newDigest();

  /// By how much a stored blob is longer than its plaintext.
  int overheadBytes();

  BlobCipher blobCipher(ObjectId pack);

  /// 32 bytes over role, name and content: SHA-256, or HMAC-SHA-256 with the metadata key. Binds an
  /// object to its place, so that it cannot be swapped for another or, with a key, forged.
  ///
  /// Input: length (u16) and UTF-8 of the role, length (u16) and UTF-8 of the name, the content.
  byte[] seal(String role, String name, byte[] bytes, int offset, int length);

  /// Identity, or nonce (12 bytes) and AES-256-GCM (tag of 16 bytes at the end), with role and name
  /// bound in.
  ///
  /// @param chance must be a secure source
  byte[] encryptRecord(String role, String name, byte[] plain, RandomGenerator chance);

  /// The plaintext of what [#encryptRecord] returned.
  ///
  /// @throws CorruptData when it was not encrypted with this key for this role and name
  byte[] decryptRecord(String role, String name, byte[] stored, Subject subject) throws CorruptData;
}

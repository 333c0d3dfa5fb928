package cairn.repository.crypto;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;

/// Encrypts and decrypts the blobs of one pack. Not safe for use by several threads, but several
/// may serve the same pack, one for each thread, as long as they do not encrypt at the same offset.
public interface BlobCipher {
  /// Encrypts `source` into `target` as the blob that begins at `offset` of the pack.
  ///
  /// Offsets ascend, so that none is ever used twice: with two contents under one nonce the key
  /// stream of both and the authentication key would be exposed. To try again, take a new pack.
  ///
  /// @param aad bytes stored in clear beside the blob that are bound to it; may be empty
  /// @return the stored length: that of `source` plus [Protection#overheadBytes()]
  /// @throws IllegalStateException when this cipher has encrypted at that offset or beyond it
  int encrypt(int offset, byte[] aad, Slice source, Slice target);

  /// Decrypts what [#encrypt] stored; pack, offset, `aad` and every byte must be the same.
  ///
  /// @return the length of the plaintext
  /// @throws CorruptData when it is not the blob; `target` then holds nothing of use
  int decrypt(int offset, byte[] aad, Slice stored, Slice target, Subject subject)
      throws CorruptData;
}

package cairn.repository.crypto;

import cairn.base.bytes.Slice;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The JDK's algorithms without their checked exceptions: that one is missing is a broken Java
/// installation, about which no caller can do anything.
final class Primitives {
  static final int KEY_BYTES = 32;
  static final int NONCE_BYTES = 12;
  static final int TAG_BYTES = 16;

  private Primitives() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw unavailable("SHA-256", e);
    }
  }

  static Mac hmac(SecretKey key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw unavailable("HmacSHA256", e);
    }
  }

  /// HKDF-SHA-256 of RFC 5869, extract and expand. An empty salt is the absent one.
  static byte[] hkdf(byte[] salt, byte[] keyMaterial, byte[] info, int length) {
    HKDFParameterSpec.Builder extract = HKDFParameterSpec.ofExtract().addIKM(keyMaterial);
    if (salt.length > 0) {
      extract.addSalt(salt);
    }
    return derive(extract.thenExpand(info, length));
  }

  /// HKDF-Expand of RFC 5869, from a key that is uniformly random already.
  static byte[] expand(byte[] key, byte[] info, int length) {
    return derive(HKDFParameterSpec.expandOnly(new SecretKeySpec(key, "Generic"), info, length));
  }

  static SecretKey aesKey(byte[] key) {
    return new SecretKeySpec(key, "AES");
  }

  static SecretKey hmacKey(byte[] key) {
    return new SecretKeySpec(key, "HmacSHA256");
  }

  static Cipher gcm() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw unavailable("AES-GCM", e);
    }
  }

  static byte[] gcmEncrypt(byte[] key, byte[] nonce, byte[] aad, byte[] plain) {
    try {
      Cipher cipher = gcm();
      cipher.init(Cipher.ENCRYPT_MODE, aesKey(key), new GCMParameterSpec(TAG_BYTES * 8, nonce));
      cipher.updateAAD(aad);
      return cipher.doFinal(plain);
    } catch (GeneralSecurityException e) {
      throw unavailable("AES-GCM", e);
    }
  }

  /// The plaintext of `stored[offset, ...)`, or empty when the tag does not match.
  static Optional<byte[]> gcmDecrypt(byte[] key, byte[] nonce, byte[] aad, Slice stored) {
    if (stored.length() < TAG_BYTES) {
      return Optional.empty();
    }
    try {
      Cipher cipher = gcm();
      cipher.init(Cipher.DECRYPT_MODE, aesKey(key), new GCMParameterSpec(TAG_BYTES * 8, nonce));
      cipher.updateAAD(aad);
      return Optional.of(cipher.doFinal(stored.bytes(), stored.offset(), stored.length()));
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw unavailable("AES-GCM", e);
    }
  }

  static IllegalStateException unavailable(String algorithm, GeneralSecurityException cause) {
    return new IllegalStateException(
        algorithm + " does not work in this Java installation: use an unmodified JDK 25", cause);
  }

  private static byte[] derive(HKDFParameterSpec parameters) {
    try {
      return KDF.getInstance("HKDF-SHA256").deriveData(parameters);
    } catch (GeneralSecurityException e) {
      throw unavailable("HKDF-SHA256", e);
    }
  }
}

package cairn.repository.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Optional;
import javax.crypto.KeyAgreement;

/// The function X25519 of RFC 7748 on plain bytes.
final class X25519 {
  static final int BYTES = 32;

  private static final byte[] BASE_POINT = new byte[BYTES];

  static {
    BASE_POINT[0] = 9;
  }

  private X25519() {}

  static byte[] publicKey(byte[] privateKey) {
    return agree(privateKey, BASE_POINT).orElseThrow();
  }

  /// The shared secret, or empty when the public key is of small order and so keeps no secret.
  static Optional<byte[]> agree(byte[] privateKey, byte[] publicKey) {
    try {
      KeyFactory keys = KeyFactory.getInstance("X25519");
      PrivateKey own =
          keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey));
      PublicKey other =
          keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, number(publicKey)));
      KeyAgreement agreement = KeyAgreement.getInstance("X25519");
      agreement.init(own);
      agreement.doPhase(other, true);
      return Optional.of(agreement.generateSecret());
    } catch (InvalidKeyException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw Primitives.unavailable("X25519", e);
    }
  }

  /// Little-endian, the top bit ignored.
  private static BigInteger number(byte[] publicKey) {
    byte[] reversed = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      reversed[i] = publicKey[BYTES - 1 - i];
    }
    reversed[0] &= 0x7F;
    return new BigInteger(1, reversed);
  }
}

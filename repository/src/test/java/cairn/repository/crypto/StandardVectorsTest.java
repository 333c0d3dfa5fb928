package cairn.repository.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.ChunkId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.junit.jupiter.api.Test;

/// The examples in the standards, so that another implementation can read what this one wrote.
class StandardVectorsTest {
  /// RFC 5869, A.1 and A.3.
  @Test
  void hkdf() {
    byte[] secret = filled(22, 0x0b);
    assertThat(
            Primitives.hkdf(
                bytes("000102030405060708090a0b0c"), secret, bytes("f0f1f2f3f4f5f6f7f8f9"), 42))
        .isEqualTo(
            bytes(
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b8"
                    + "87185865"));
    assertThat(Primitives.hkdf(new byte[0], secret, new byte[0], 42))
        .isEqualTo(
            bytes(
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4"
                    + "b61a96c8"));
  }

  /// RFC 5869, A.1: the second step alone.
  @Test
  void hkdfExpand() {
    byte[] key = bytes("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    assertThat(Primitives.expand(key, bytes("f0f1f2f3f4f5f6f7f8f9"), 42))
        .isEqualTo(
            bytes(
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b8"
                    + "87185865"));
  }

  /// RFC 9106, 5.3. It has a secret and associated data, which Cairn never uses, so this tests the
  /// library.
  @Test
  void argon2id() {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(32)
            .withIterations(3)
            .withParallelism(4)
            .withSalt(filled(16, 2))
            .withSecret(filled(8, 3))
            .withAdditional(filled(12, 4))
            .build());
    byte[] tag = new byte[32];
    generator.generateBytes(filled(32, 1), tag);
    assertThat(tag)
        .isEqualTo(bytes("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"));
  }

  /// RFC 7748, 5.2.
  @Test
  void x25519() {
    assertThat(
            X25519.agree(
                bytes("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                bytes("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")))
        .hasValue(bytes("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
  }

  /// RFC 7748, 6.1.
  @Test
  void x25519KeyPairs() {
    byte[] alice = bytes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    byte[] bob = bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    byte[] alicePublic = bytes("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    byte[] bobPublic = bytes("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    byte[] shared = bytes("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    assertThat(X25519.publicKey(alice)).isEqualTo(alicePublic);
    assertThat(X25519.publicKey(bob)).isEqualTo(bobPublic);
    assertThat(X25519.agree(alice, bobPublic)).hasValue(shared);
    assertThat(X25519.agree(bob, alicePublic)).hasValue(shared);
  }

  /// RFC 7748, 5.2: the top bit of a public key is ignored.
  @Test
  void x25519IgnoresTheTopBit() {
    assertThat(
            X25519.agree(
                bytes("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
                bytes("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493")))
        .hasValue(bytes("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"));
  }

  @Test
  void x25519RefusesKeysThatKeepNoSecret() {
    assertThat(X25519.agree(filled(32, 7), new byte[32])).isEmpty();
  }

  /// FIPS 180-2, B.1, and RFC 4231, 4.3, with a key of the length that Cairn's have.
  @Test
  void chunkIds() {
    byte[] abc = "xabcx".getBytes(StandardCharsets.US_ASCII);
    assertThat(Protection.clear().newDigest().of(abc, 1, 3))
        .isEqualTo(
            ChunkId.parse("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    byte[] jefe = "Jefe".getBytes(StandardCharsets.US_ASCII);
    byte[] what = "what do ya want for nothing?".getBytes(StandardCharsets.US_ASCII);
    assertThat(Primitives.hmac(Primitives.hmacKey(jefe)).doFinal(what))
        .isEqualTo(bytes("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}

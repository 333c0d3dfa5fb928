package cairn.repository.config;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import cairn.repository.crypto.BlobCipher;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.Protection;
import cairn.repository.crypto.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What was written once stays readable. The bytes here, and the config in the resources, were made
/// from the documentation by another program in another language, with the master key 00 01 .. 1f.
class FrozenFormatTest {
  private static final byte[] CONTENT = "cairn".getBytes(StandardCharsets.US_ASCII);
  private static final Subject SUBJECT = Subject.of("test", "t");

  private Protection encrypted = Protection.clear();

  @BeforeEach
  void newProtection() {
    byte[] key = new byte[MasterKey.BYTES];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    encrypted = Protection.encrypted(MasterKey.of(key));
  }

  @Test
  void aChunkId() {
    assertThat(encrypted.newDigest().of(CONTENT, 0, CONTENT.length))
        .isEqualTo(
            ChunkId.parse("204f8a9f4b69a858c6eface1f6a1f6a86643adf2ac7758e947909dc8733e62ee"));
  }

  @Test
  void aSealWithAndWithoutKey() {
    assertThat(encrypted.seal("snapshot", "ab", CONTENT, 0, CONTENT.length))
        .isEqualTo(bytes("44b94d02774b985fec964b476d7596af0ff72aa9ce3d76c9ee28ee86378ecd34"));
    assertThat(Protection.clear().seal("snapshot", "ab", CONTENT, 0, CONTENT.length))
        .isEqualTo(bytes("8f17d2686527b3675b949fcf34bfb1e828739254c0a5286b0a96bec883bbadf4"));
  }

  @Test
  void aBlob() throws Exception {
    byte[] frozen = bytes("c86ff0c7dc2a99b1f6217a6f4d4336af386cfd222e");
    byte[] aad = "aad".getBytes(StandardCharsets.US_ASCII);
    BlobCipher cipher = encrypted.blobCipher(ObjectId.parse("00112233445566778899aabbccddeeff"));
    byte[] stored = new byte[frozen.length];
    cipher.encrypt(258, aad, Slice.of(CONTENT), Slice.of(stored));
    assertThat(stored).isEqualTo(frozen);
    byte[] back = new byte[CONTENT.length];
    cipher.decrypt(258, aad, Slice.of(frozen), Slice.of(back), SUBJECT);
    assertThat(back).isEqualTo(CONTENT);
  }

  @Test
  void aRecord() throws Exception {
    byte[] frozen = bytes("000102030405060708090a0b17383440a9ee688667ca632c04e480945de3219699");
    assertThat(encrypted.decryptRecord("snapshot", "ab", frozen, SUBJECT)).isEqualTo(CONTENT);
    assertThat(encrypted.encryptRecord("snapshot", "ab", CONTENT, counting())).isEqualTo(frozen);
  }

  @Test
  void aConfigWithASlotOfEachKind() throws Exception {
    byte[] bytes = resource("encrypted-v1.json");
    RepositoryConfig config = RepositoryConfig.parse(bytes, "in the resources");
    assertThat(config.toBytes()).isEqualTo(bytes);
    config.open(new Secret.Passphrase("Gr\u00fc\u00dfe".toCharArray())).close();
    config.open(new Secret.KeyFile(filled(40, 7))).close();
    config.open(Secret.RecoveryKey.of(filled(32, 9))).close();
    config.verify(encrypted);
  }

  /// Bytes 0, 1, 2 and so on.
  private static RandomGenerator counting() {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        throw new UnsupportedOperationException();
      }

      @Override
      public void nextBytes(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) i;
        }
      }
    };
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = FrozenFormatTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}

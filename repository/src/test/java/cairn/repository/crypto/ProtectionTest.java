package cairn.repository.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import cairn.base.test.Seed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ProtectionTest {
  private static final Subject SUBJECT = Subject.of("blob", "b");
  private static final byte[] NONE = {};
  private static final ObjectId PACK = new ObjectId(1, 2);

  private final MasterKey master = MasterKey.of(new byte[32]);
  private final Protection encrypted = Protection.encrypted(master);

  @Test
  void blobsComeBackWithAndWithoutEncryption(Seed seed) throws CorruptData {
    for (Protection protection : new Protection[] {Protection.clear(), encrypted}) {
      BlobCipher cipher = protection.blobCipher(PACK);
      for (int length : new int[] {0, 1, 15, 16, 17, 65_536}) {
        byte[] plain = seed.bytes(length);
        byte[] stored = new byte[3 + length + protection.overheadBytes()];
        Slice place = Slice.of(stored, 3, stored.length - 3);
        assertThat(cipher.encrypt(length, NONE, Slice.of(plain), place)).isEqualTo(place.length());
        byte[] back = new byte[length];
        assertThat(cipher.decrypt(length, NONE, place, Slice.of(back), SUBJECT)).isEqualTo(length);
        assertThat(back).isEqualTo(plain);
      }
    }
  }

  @Test
  void anEncryptedBlobDoesNotShowItsContent() {
    byte[] stored = encrypt(PACK, 0, NONE, new byte[4096]);
    assertThat(indexOfZeros(stored, 8)).isNegative();
    assertThat(stored).isNotEqualTo(encrypt(PACK, 1, NONE, new byte[4096]));
    assertThat(stored).isNotEqualTo(encrypt(new ObjectId(1, 3), 0, NONE, new byte[4096]));
  }

  @Test
  void aBlobAtAnotherPlaceIsRefused() {
    byte[] aad = {1, 2, 3};
    byte[] stored = encrypt(PACK, 5, aad, new byte[100]);
    assertRefused(new ObjectId(1, 3), 5, aad, stored);
    assertRefused(PACK, 4, aad, stored);
    assertRefused(PACK, 5 + (1 << 24), aad, stored);
    assertRefused(PACK, 5, new byte[] {1, 2, 4}, stored);
    assertRefused(PACK, 5, NONE, stored);
  }

  @Test
  void everyBitAndEveryTruncationOfABlobMatters() {
    byte[] stored = encrypt(PACK, 0, NONE, new byte[20]);
    for (int bit = 0; bit < stored.length * 8; bit++) {
      byte[] damaged = stored.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(PACK, 0, NONE, damaged);
    }
    for (int length = 0; length < stored.length; length++) {
      assertRefused(PACK, 0, NONE, Arrays.copyOf(stored, length));
    }
  }

  @Test
  void offsetsOnlyAscendSoThatNoneIsEncryptedTwice() {
    BlobCipher cipher = encrypted.blobCipher(PACK);
    Slice target = Slice.of(new byte[64]);
    cipher.encrypt(0, NONE, Slice.of(new byte[1]), target);
    cipher.encrypt(7, NONE, Slice.of(new byte[1]), target);
    for (int offset : new int[] {7, 6, 0, -1}) {
      assertThatThrownBy(() -> cipher.encrypt(offset, NONE, Slice.of(new byte[1]), target))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("blob at " + offset + " of pack " + PACK + " is not beyond 7");
    }
    cipher.encrypt(8, NONE, Slice.of(new byte[1]), target);
  }

  @Test
  void aTargetThatIsTooSmallIsRefusedBeforeItIsWritten() {
    byte[] target = new byte[64];
    assertThatThrownBy(() ->
            encrypted
                .blobCipher(PACK)
                .encrypt(0, NONE, Slice.of(new byte[32]), Slice.of(target, 0, 47)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(target).containsOnly(0);
  }

  @Test
  void chunkIdsTellNothingWithoutTheKey(Seed seed) {
    byte[] bytes = seed.bytes(65_536);
    Set<ChunkId> ids = new HashSet<>();
    ids.add(Protection.clear().newDigest().of(bytes, 0, bytes.length));
    ids.add(encrypted.newDigest().of(bytes, 0, bytes.length));
    ids.add(
        Protection.encrypted(MasterKey.random(seed.random()))
            .newDigest()
            .of(bytes, 0, bytes.length));
    assertThat(ids).hasSize(3);
  }

  @Test
  void aDigestCanBeUsedAgain(Seed seed) {
    byte[] bytes = seed.bytes(1000);
    for (Protection protection : new Protection[] {Protection.clear(), encrypted}) {
      ChunkDigest digest = protection.newDigest();
      ChunkId first = digest.of(bytes, 10, 500);
      digest.of(bytes, 0, 1000);
      assertThat(digest.of(Arrays.copyOfRange(bytes, 10, 510), 0, 500)).isEqualTo(first);
    }
  }

  @Test
  void aSealBindsRoleNameAndContent() {
    byte[] content = ascii("xcontentx");
    for (Protection protection : new Protection[] {Protection.clear(), encrypted}) {
      byte[] seal = protection.seal("snapshot", "ab", content, 1, 7);
      assertThat(seal).hasSize(Protection.SEAL_BYTES);
      assertThat(protection.seal("snapshot", "ab", ascii("content"), 0, 7)).isEqualTo(seal);
      assertThat(protection.seal("snapshot", "ac", content, 1, 7)).isNotEqualTo(seal);
      assertThat(protection.seal("session", "ab", content, 1, 7)).isNotEqualTo(seal);
      assertThat(protection.seal("snapshota", "b", content, 1, 7)).isNotEqualTo(seal);
      assertThat(protection.seal("snapshot", "abc", ascii("ontent"), 0, 6)).isNotEqualTo(seal);
      assertThat(protection.seal("snapshot", "ab", content, 0, 7)).isNotEqualTo(seal);
    }
    assertThat(encrypted.seal("a", "b", content, 0, 9))
        .isNotEqualTo(Protection.clear().seal("a", "b", content, 0, 9));
  }

  @Test
  void recordsComeBackAtTheirPlaceOnly(Seed seed) throws CorruptData {
    RandomGenerator chance = seed.random();
    byte[] plain = ascii("host db1, volume sda");
    byte[] stored = encrypted.encryptRecord("snapshot", "ab", plain, chance);
    assertThat(encrypted.decryptRecord("snapshot", "ab", stored, SUBJECT)).isEqualTo(plain);
    assertThat(stored).hasSize(12 + plain.length + 16);
    assertThat(encrypted.encryptRecord("snapshot", "ab", plain, chance)).isNotEqualTo(stored);
    assertRecordRefused(encrypted, "snapshot", "ac", stored);
    assertRecordRefused(encrypted, "session", "ab", stored);
    assertRecordRefused(encrypted, "snapshota", "b", stored);
    Protection other = Protection.encrypted(MasterKey.random(chance));
    assertRecordRefused(other, "snapshot", "ab", stored);
    for (int i = 0; i < stored.length; i++) {
      byte[] damaged = stored.clone();
      damaged[i] ^= 1;
      assertRecordRefused(encrypted, "snapshot", "ab", damaged);
      assertRecordRefused(encrypted, "snapshot", "ab", Arrays.copyOf(stored, i));
    }
  }

  @Test
  void aRecordIsLeftAloneWithoutEncryption(Seed seed) throws CorruptData {
    byte[] plain = seed.bytes(10);
    byte[] stored = Protection.clear().encryptRecord("a", "b", plain, seed.random());
    assertThat(stored).isEqualTo(plain);
    assertThat(Protection.clear().decryptRecord("a", "b", stored, SUBJECT)).isEqualTo(plain);
  }

  @Test
  void theMasterKeyMayBeWiped() throws CorruptData {
    byte[] stored = encrypt(PACK, 0, NONE, new byte[10]);
    master.close();
    byte[] back = new byte[10];
    encrypted.blobCipher(PACK).decrypt(0, NONE, Slice.of(stored), Slice.of(back), SUBJECT);
    assertThatThrownBy(() -> Protection.encrypted(master))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("wiped");
  }

  private byte[] encrypt(ObjectId pack, int offset, byte[] aad, byte[] plain) {
    byte[] stored = new byte[plain.length + encrypted.overheadBytes()];
    encrypted.blobCipher(pack).encrypt(offset, aad, Slice.of(plain), Slice.of(stored));
    return stored;
  }

  private void assertRefused(ObjectId pack, int offset, byte[] aad, byte[] stored) {
    Slice target = Slice.of(new byte[stored.length]);
    assertThatThrownBy(() ->
            encrypted.blobCipher(pack).decrypt(offset, aad, Slice.of(stored), target, SUBJECT))
        .isInstanceOf(CorruptData.class)
        .hasMessageStartingWith("corrupt blob b: ");
  }

  private static void assertRecordRefused(
      Protection protection, String role, String name, byte[] stored) {
    assertThatThrownBy(() -> protection.decryptRecord(role, name, stored, SUBJECT))
        .isInstanceOf(CorruptData.class)
        .hasMessageStartingWith("corrupt blob b: ");
  }

  private static int indexOfZeros(byte[] bytes, int count) {
    int run = 0;
    for (int i = 0; i < bytes.length; i++) {
      run = bytes[i] == 0 ? run + 1 : 0;
      if (run == count) {
        return i;
      }
    }
    return -1;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

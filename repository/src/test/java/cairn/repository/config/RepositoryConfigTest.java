package cairn.repository.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.repository.crypto.Argon2Cost;
import cairn.repository.crypto.KeySlots;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.PaperKey;
import cairn.repository.crypto.Protection;
import cairn.repository.crypto.Secret;
import cairn.repository.crypto.SlotOwner;
import cairn.repository.crypto.WrongKeyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepositoryConfigTest {
  private static final String WHERE = "of the test";
  private static final ObjectId REPOSITORY = ObjectId.parse("000102030405060708090a0b0c0d0e0f");
  private static final Instant CREATED = Instant.parse("2026-01-31T12:00:00Z");
  private static final RepositoryConfig CLEAR =
      RepositoryConfig.clear(REPOSITORY, CREATED, Layout.DEFAULT, List.of("fsync", "atime"));

  @Test
  void theTextIsAsDocumented() throws Exception {
    String text =
        """
        {
          "format": 1,
          "repository": "000102030405060708090a0b0c0d0e0f",
          "created": "2026-01-31T12:00:00Z",
          "blockBytes": 131072,
          "chunker": "fixed",
          "codec": {
            "name": "zstd",
            "level": 1
          },
          "packTargetBytes": 33554432,
          "indexTargetBytes": 67108864,
          "parity": 2,
          "waivers": [
            "atime",
            "fsync"
          ],
          "digest": "c009f81d2850068c441d3a2de6c25526cc2a6bd89258be64f50c964b68b16ebf"
        }
        """;
    assertThat(text(CLEAR)).isEqualTo(text);
    assertThat(RepositoryConfig.parse(text.getBytes(StandardCharsets.UTF_8), WHERE))
        .isEqualTo(CLEAR);
  }

  @Test
  void whatIsWrittenIsReadBack(Seed seed) throws Exception {
    for (int shift = 14; shift <= 22; shift++) {
      Layout layout = new Layout(1 << shift, shift - 19, 1 << 20, 1 << 28, shift * 2);
      RepositoryConfig config = RepositoryConfig.clear(REPOSITORY, CREATED, layout, List.of());
      assertThat(RepositoryConfig.parse(config.toBytes(), WHERE)).isEqualTo(config);
    }
    RepositoryConfig encrypted = new Locked(seed).config;
    assertThat(encrypted.slots().slots()).hasSize(3);
    assertThat(RepositoryConfig.parse(encrypted.toBytes(), WHERE)).isEqualTo(encrypted);
  }

  @Test
  void everyBitFlipAndEveryTruncationIsFound(Seed seed) {
    for (RepositoryConfig config : List.of(CLEAR, new Locked(seed).config)) {
      byte[] bytes = config.toBytes();
      for (int bit = 0; bit < bytes.length * 8; bit++) {
        byte[] damaged = bytes.clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        assertCorrupt(damaged);
      }
      for (int length = 0; length < bytes.length; length++) {
        assertCorrupt(Arrays.copyOf(bytes, length));
      }
      assertCorrupt((text(config) + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void whatIsNoConfigIsSaidToBeNone() {
    assertThatThrownBy(() -> parse("hello"))
        .hasMessage("corrupt config of the test: text, have no JSON expect one JSON object");
    assertThatThrownBy(() -> parse(""))
        .hasMessage("corrupt config of the test: text, have nothing expect one JSON object");
    assertThatThrownBy(() -> parse("{}"))
        .hasMessage(
            "corrupt config of the test: digest, have none expect a digest as the last field");
    assertCorrupt(new byte[(1 << 20) + 1]);
  }

  /// Documents whose digest is right, as a mistaken or hostile writer would make them.
  @Test
  void everyFieldIsCheckedThoughTheDigestIsRight() {
    assertField("blockBytes", "131072", "8192", "blockBytes, have 8192 expect 16384..4194304");
    assertField("blockBytes", "131072", "65537", "blockBytes, have 65537 expect a power of two");
    assertField("blockBytes", "131072", "6.5536e4", "blockBytes, have 6.5536e4 expect");
    assertField("blockBytes", "131072", "4294967296", "blockBytes, have 4294967296 expect");
    assertField("blockBytes", "131072", "\"65536\"", "blockBytes, have \"65536\" expect");
    assertField("level", "1", "20", "level, have 20 expect -5..19");
    assertField("name", "\"zstd\"", "\"lzma\"", "name, have \"lzma\" expect \"zstd\"");
    assertField("chunker", "\"fixed\"", "\"rabin\"", "chunker, have \"rabin\" expect \"fixed\"");
    assertField("parity", "2", "51", "parity, have 51 expect 0..50");
    assertField("parity", "2", "-1", "parity, have -1 expect 0..50");
    assertField("packTargetBytes", "33554432", "1", "packTargetBytes, have 1 expect");
    assertField("parity", "2", "0,\n  \"colour\": 1", "colour, have an unknown field expect");
    assertField("parity", "2", "2,\n  \"parity\": 2", "text, have another spelling expect");
    assertField("parity", "2", " 2", "text, have another spelling expect");
    assertField("created", "\"2026-01-31T12:00:00Z\"", "\"now\"", "created, have \"now\" expect");
    assertField("created", "\"2026-01-31T12:00:00Z\"", "{}", "created, have {} expect a text");
  }

  @Test
  void aNewerFormatIsNotDamage() {
    assertThatThrownBy(() -> parse(forged(text(CLEAR), "\"format\": 1", "\"format\": 2")))
        .isInstanceOf(FormatTooNew.class)
        .hasMessageContaining("config of the test has format version 2");
  }

  @Test
  void aForgedSlotCannotDemandAllMemory(Seed seed) {
    String text = text(new Locked(seed).config);
    assertThatThrownBy(() -> parse(forged(text, "\"memoryKib\": 1024", "\"memoryKib\": 104857600")))
        .hasMessageContaining(
            "config of the test slot=0: memoryKib, have 104857600 expect 1024..1048576");
    assertThatThrownBy(() -> parse(forged(text, "\"iterations\": 1", "\"iterations\": 65")))
        .hasMessageContaining("iterations, have 65 expect 1..64");
    String much = text.replace("\"memoryKib\": 1024", "\"memoryKib\": 1048576");
    assertThatThrownBy(() -> parse(forged(much, "\"iterations\": 1", "\"iterations\": 64")))
        .hasMessageContaining("memoryKib times iterations, have 67108864 expect at most 4194304");
  }

  @Test
  void twoSlotsOfOneIdAreRefused(Seed seed) {
    Locked locked = new Locked(seed);
    List<String> ids =
        locked.config.slots().slots().stream().map(slot -> slot.head().id().toString()).toList();
    assertThatThrownBy(() -> parse(forged(text(locked.config), ids.get(0), ids.get(1))))
        .hasMessageContaining("slots, have 2 ids expect 3 ids");
  }

  @Test
  void aChangeByOneWithoutTheKeyIsFound(Seed seed) throws Exception {
    Locked locked = new Locked(seed);
    locked.config.verify(locked.protection);
    String text = text(locked.config);
    for (List<String> change :
        List.of(
            List.of("\"blockBytes\": 131072", "\"blockBytes\": 32768"),
            List.of("\"level\": 1", "\"level\": 2"),
            List.of("\"waivers\": []", "\"waivers\": [\n    \"fsync\"\n  ]"),
            List.of("12:00:00Z\",\n  \"blockBytes", "12:00:01Z\",\n  \"blockBytes"))) {
      RepositoryConfig forged = parse(forged(text, change.get(0), change.get(1)));
      assertThatThrownBy(() -> forged.verify(locked.protection))
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining("corrupt config " + REPOSITORY + ": seal, have ");
      assertThatThrownBy(() -> forged.open(locked.passphrase())).isInstanceOf(CorruptData.class);
    }
    assertThatThrownBy(() -> CLEAR.verify(locked.protection))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("encryption, have none expect key slots");
    assertThatThrownBy(() -> locked.config.verify(Protection.clear()))
        .isInstanceOf(IllegalArgumentException.class);
    CLEAR.verify(Protection.clear());
  }

  @Test
  void everySecretOpensAndNoOther(Seed seed) throws Exception {
    Locked locked = new Locked(seed);
    RepositoryConfig config = RepositoryConfig.parse(locked.config.toBytes(), WHERE);
    for (Secret secret : List.of(locked.passphrase(), locked.file, locked.recovery)) {
      try (MasterKey master = config.open(secret)) {
        config.verify(Protection.encrypted(master));
      }
    }
    assertThatThrownBy(() -> config.open(new Secret.Passphrase("other".toCharArray())))
        .isInstanceOf(WrongKeyException.class)
        .isInstanceOf(IOException.class);
  }

  @Test
  void slotsChangeWithoutTouchingTheSeal(Seed seed) throws Exception {
    Locked locked = new Locked(seed);
    ObjectId first = locked.config.slots().slots().getFirst().head().id();
    RepositoryConfig changed =
        locked.config.withSlots(locked.config.slots().remove(first, REPOSITORY, locked.file));
    RepositoryConfig read = RepositoryConfig.parse(changed.toBytes(), WHERE);
    read.open(locked.file).close();
    assertThatThrownBy(() -> read.open(locked.passphrase())).isInstanceOf(WrongKeyException.class);
  }

  @Test
  void waiversAreSealed(Seed seed) throws Exception {
    Locked locked = new Locked(seed);
    RepositoryConfig changed = locked.config.withWaivers(List.of("fsync"), locked.protection);
    RepositoryConfig.parse(changed.toBytes(), WHERE).verify(locked.protection);
  }

  @Test
  void withAnyByteOfOneSlotDamagedTheOthersStillOpen(Seed seed) throws Exception {
    Locked locked = new Locked(seed);
    byte[] bytes = locked.config.toBytes();
    String text = new String(bytes, StandardCharsets.UTF_8);
    int from = text.indexOf("\"slots\": [") + "\"slots\": [".length();
    int to = text.indexOf('}', from) + 2;
    for (int i = from; i < to; i++) {
      for (int change : new int[] {1, 2, 6, 0x20, 0x80, bytes[i] ^ '{', bytes[i] ^ '}'}) {
        byte[] damaged = bytes.clone();
        damaged[i] ^= (byte) change;
        if (damaged[i] == bytes[i]) {
          continue;
        }
        assertCorrupt(damaged);
        ConfigRescue rescue = RepositoryConfig.parseLenient(damaged, WHERE);
        assertThat(rescue.problems()).isNotEmpty();
        RepositoryConfig config = rescue.config().orElseThrow();
        config.open(locked.file).close();
        config.open(locked.recovery).close();
        RepositoryConfig repaired = config.withSlots(config.slots());
        assertThat(RepositoryConfig.parse(repaired.toBytes(), WHERE)).isEqualTo(repaired);
      }
    }
  }

  @Test
  void aRescuedSettingIsProvenByTheSeal(Seed seed) throws Exception {
    Locked locked = new Locked(seed);
    String text = text(locked.config);
    RepositoryConfig guessed =
        rescue(text.replace("\"blockBytes\": 131072", "\"blockB*tes\": 131072"));
    guessed.open(locked.file).close();
    RepositoryConfig wrong =
        rescue(text.replace("\"blockBytes\": 131072", "\"blockBytes\": 262144"));
    assertThatThrownBy(() -> wrong.open(locked.file)).isInstanceOf(CorruptData.class);
  }

  @Test
  void aGoodConfigNeedsNoRescue() throws Exception {
    ConfigRescue rescue = RepositoryConfig.parseLenient(CLEAR.toBytes(), WHERE);
    assertThat(rescue).isEqualTo(new ConfigRescue(rescue.config(), List.of()));
    assertThat(rescue.config()).hasValue(CLEAR);
    assertThat(RepositoryConfig.parseLenient(new byte[100], WHERE).config()).isEmpty();
  }

  @Test
  void aPaperKeyOpensWhenAllSlotsAreLost(Seed seed) throws Exception {
    Locked locked = new Locked(seed);
    String text = text(locked.config).replace("\"type\"", "\"t*pe\"");
    RepositoryConfig config = rescue(text);
    assertThat(config.slots().slots()).isEmpty();
    assertThatThrownBy(config::toBytes).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> config.open(locked.file)).isInstanceOf(WrongKeyException.class);
    config.open(PaperKey.parse(PaperKey.of(REPOSITORY, locked.master).text())).close();

    PaperKey recovery = PaperKey.of(REPOSITORY, locked.recovery);
    locked.config.open(recovery).close();
    PaperKey foreign = PaperKey.of(new ObjectId(1, 1), locked.master);
    assertThatThrownBy(() -> config.open(foreign))
        .isInstanceOf(WrongKeyException.class)
        .hasMessageContaining("the paper key is of repository");
    PaperKey wrong = PaperKey.of(REPOSITORY, MasterKey.random(seed.split(9).random()));
    assertThatThrownBy(() -> config.open(wrong)).isInstanceOf(CorruptData.class);
  }

  @Test
  void layoutsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> Layout.DEFAULT.withBlockBytes(100_000))
        .hasMessage("block size is 100000, no power of two");
    assertThatThrownBy(() -> Layout.DEFAULT.withBlockBytes(8 << 10))
        .hasMessage("block size is 8192, not 16384..4194304");
    assertThatThrownBy(() -> Layout.DEFAULT.withParityPercent(51))
        .hasMessage("parity percentage is 51, not 0..50");
    assertThatThrownBy(() -> Layout.DEFAULT.withZstdLevel(20))
        .hasMessage("zstd level is 20, not -5..19");
  }

  /// An encrypted repository with a slot of each kind.
  private static final class Locked {
    final MasterKey master;
    final Protection protection;
    final Secret.KeyFile file;
    final Secret.RecoveryKey recovery;
    final RepositoryConfig config;

    Locked(Seed seed) {
      master = MasterKey.random(seed.random());
      protection = Protection.encrypted(master);
      file = new Secret.KeyFile(seed.bytes(64));
      recovery = Secret.RecoveryKey.random(seed.split(1).random());
      SlotOwner owner = new SlotOwner(REPOSITORY, master, seed.split(2).random(), () -> CREATED);
      KeySlots slots =
          KeySlots.of(
              owner.passphrase("J\u00fcrgen", passphrase(), new Argon2Cost(1024, 1, 1)),
              owner.keyFile("server db1", file),
              owner.recovery("safe", recovery.publicKey()));
      config =
          RepositoryConfig.clear(REPOSITORY, CREATED, Layout.DEFAULT, List.of())
              .encrypted(slots, protection);
    }

    Secret.Passphrase passphrase() {
      return new Secret.Passphrase("open sesame".toCharArray());
    }
  }

  private static void assertField(String field, String good, String bad, String message) {
    String text = text(CLEAR);
    String from = "\"" + field + "\": " + good;
    assertThatThrownBy(() -> parse(forged(text, from, "\"" + field + "\": " + bad)))
        .isInstanceOf(CorruptData.class)
        .hasMessageStartingWith("corrupt config of the test: " + message);
  }

  private static void assertCorrupt(byte[] bytes) {
    Throwable thrown = catchThrowable(() -> RepositoryConfig.parse(bytes, WHERE));
    if (!(thrown instanceof CorruptData damage && damage.problem().kind().equals("config"))) {
      throw new AssertionError(new String(bytes, StandardCharsets.UTF_8), thrown);
    }
  }

  private static RepositoryConfig rescue(String text) throws IOException {
    ConfigRescue rescue =
        RepositoryConfig.parseLenient(text.getBytes(StandardCharsets.UTF_8), WHERE);
    assertThat(rescue.problems()).isNotEmpty();
    return rescue.config().orElseThrow();
  }

  /// The text with one place changed and a digest that fits.
  private static String forged(String text, String from, String to) {
    assertThat(text).contains(from);
    String changed = text.replace(from, to);
    String body = changed.substring(0, changed.indexOf(",\n  \"digest\"")) + "\n}\n";
    return new String(ConfigText.withDigest(body), StandardCharsets.UTF_8);
  }

  private static RepositoryConfig parse(String text) throws Exception {
    return RepositoryConfig.parse(text.getBytes(StandardCharsets.UTF_8), WHERE);
  }

  private static String text(RepositoryConfig config) {
    return new String(config.toBytes(), StandardCharsets.UTF_8);
  }
}

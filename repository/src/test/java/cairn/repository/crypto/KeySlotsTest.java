package cairn.repository.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeySlotsTest {
  private static final ObjectId REPOSITORY = new ObjectId(3, 4);
  private static final Instant CREATED = Instant.parse("2026-01-31T12:00:00Z");
  private static final Argon2Cost CHEAP = new Argon2Cost(1024, 1, 1);

  private SlotOwner owner =
      new SlotOwner(REPOSITORY, MasterKey.of(new byte[32]), () -> 0, () -> CREATED);

  @BeforeEach
  void newOwner(Seed seed) {
    InstantSource clock = () -> CREATED.plusMillis(123);
    owner =
        new SlotOwner(REPOSITORY, MasterKey.random(seed.random()), seed.split(1).random(), clock);
  }

  @Test
  void eachKindOfSlotOpensWithItsSecretOnly(Seed seed) throws WrongKeyException {
    Secret.RecoveryKey recovery = Secret.RecoveryKey.random(seed.split(2).random());
    Secret.KeyFile file = new Secret.KeyFile(seed.bytes(100));
    KeySlot byPassphrase = owner.passphrase("laptop", passphrase("open sesame"), CHEAP);
    KeySlot byFile = owner.keyFile("", file);
    KeySlot byRecovery = owner.recovery("safe", recovery.publicKey());

    assertOpens(byPassphrase, passphrase("open sesame"));
    assertOpens(byFile, new Secret.KeyFile(seed.bytes(100)));
    assertOpens(byRecovery, recovery);
    assertWrong(byPassphrase, passphrase("open sesamE"));
    assertWrong(byFile, new Secret.KeyFile(seed.bytes(101)));
    assertWrong(byRecovery, Secret.RecoveryKey.random(seed.split(3).random()));
    assertWrong(byPassphrase, file);
    assertWrong(byFile, recovery);
    assertWrong(byRecovery, passphrase("open sesame"));
    assertThat(byPassphrase.head().created()).isEqualTo(CREATED);
  }

  @Test
  void anySlotOpensAndDamagedOnesDoNotMatter(Seed seed) throws WrongKeyException {
    KeySlot good = owner.keyFile("good", new Secret.KeyFile(seed.bytes(32)));
    for (int i = 0; i < KeySlot.WRAPPED_BYTES; i++) {
      PassphraseSlot whole = (PassphraseSlot) owner.passphrase("", passphrase("a"), CHEAP);
      byte[] wrapped = whole.wrapped().toBytes();
      wrapped[i] ^= 4;
      KeySlot damaged =
          new PassphraseSlot(whole.head(), whole.cost(), whole.salt(), Octets.of(wrapped));
      assertWrong(damaged, passphrase("a"));
      Secret file = new Secret.KeyFile(seed.bytes(32));
      try (MasterKey master = KeySlots.of(damaged, good).open(REPOSITORY, passphrase("a"), file)) {
        assertThat(master.toBytes()).isEqualTo(owner.master().toBytes());
      }
    }
  }

  @Test
  void aSlotBelongsToItsRepositoryAndItsParameters(Seed seed) {
    Secret.Passphrase secret = passphrase("a");
    PassphraseSlot slot = (PassphraseSlot) owner.passphrase("x", secret, CHEAP);
    assertThat(slot.open(new ObjectId(3, 5), secret)).isEmpty();
    SlotHead head = slot.head();
    assertNoLonger(slot, new SlotHead(new ObjectId(0, 0), head.label(), head.created()));
    assertNoLonger(slot, new SlotHead(head.id(), "y", head.created()));
    assertNoLonger(slot, new SlotHead(head.id(), head.label(), head.created().plusSeconds(1)));

    Secret.RecoveryKey recovery = Secret.RecoveryKey.random(seed.split(2).random());
    RecoverySlot byRecovery = (RecoverySlot) owner.recovery("", recovery.publicKey());
    Octets other = Secret.RecoveryKey.random(seed.split(3).random()).publicKey();
    RecoverySlot forged =
        new RecoverySlot(byRecovery.head(), other, byRecovery.ephemeral(), byRecovery.wrapped());
    assertThat(forged.open(REPOSITORY, recovery)).isEmpty();
  }

  @Test
  void aSlotGoesOnlyWhenAKeyAtHandOpensOneThatStays() throws WrongKeyException {
    KeySlot old = owner.passphrase("old", passphrase("old"), CHEAP);
    KeySlot young = owner.passphrase("new", passphrase("new"), CHEAP);
    KeySlots both = KeySlots.of(old).add(young);
    ObjectId oldId = old.head().id();

    KeySlots changed = both.remove(oldId, REPOSITORY, passphrase("new"));
    assertThat(changed.slots()).containsExactly(young);
    assertThatThrownBy(() -> changed.open(REPOSITORY, passphrase("old")))
        .isInstanceOf(WrongKeyException.class)
        .hasMessage(
            "wrong key: none of the 1 key slots of repository " + REPOSITORY + " opens with it");
    assertThatThrownBy(() -> both.remove(oldId, REPOSITORY, passphrase("old")))
        .isInstanceOf(WrongKeyException.class)
        .hasMessageContaining("lock everyone out");
    assertThatThrownBy(() -> changed.remove(young.head().id(), REPOSITORY, passphrase("new")))
        .isInstanceOf(WrongKeyException.class);
    assertThatThrownBy(() -> changed.remove(oldId, REPOSITORY, passphrase("new")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(oldId.toString());
  }

  @Test
  void twoSlotsOfOneIdAreRefused() {
    KeySlot slot = owner.keyFile("", new Secret.KeyFile(new byte[32]));
    assertThatThrownBy(() -> KeySlots.of(slot, slot)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPassphraseIsTheSameHoweverItsLettersAreComposed() throws WrongKeyException {
    KeySlot slot = owner.passphrase("", passphrase("Gr\u00fc\u00dfe"), CHEAP);
    assertOpens(slot, passphrase("Gru\u0308\u00dfe"));
    assertWrong(slot, passphrase("Grusse"));
  }

  @Test
  void secretsThatAreNoneAreRefused() {
    assertThatThrownBy(() -> passphrase("")).hasMessage("the passphrase is empty");
    assertThatThrownBy(() -> passphrase("\ud800")).hasMessageContaining("not Unicode");
    assertThatThrownBy(() -> new Secret.KeyFile(new byte[31]))
        .hasMessage("the key file has 31 bytes: it must have 32 to 1048576, chosen at random");
    assertThatThrownBy(() -> owner.recovery("", Octets.of(new byte[32])))
        .hasMessageContaining("is no public key");
    assertThatThrownBy(() -> owner.keyFile("\"}{", new Secret.KeyFile(new byte[32])))
        .hasMessageContaining("is no label");
  }

  @Test
  void theCostOfOpeningIsBounded() {
    for (List<Integer> cost :
        List.of(
            List.of(1023, 1, 1),
            List.of((1 << 20) + 1, 1, 1),
            List.of(100 << 20, 1, 1),
            List.of(65_536, 0, 1),
            List.of(65_536, 65, 1),
            List.of(65_536, 1, 0),
            List.of(65_536, 1, 5),
            List.of(1 << 20, 5, 1))) {
      assertThatThrownBy(() -> new Argon2Cost(cost.get(0), cost.get(1), cost.get(2)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(Argon2Cost.DEFAULT.memoryKib()).isEqualTo(64 << 10);
  }

  @Test
  void wipedSecretsAreGone() {
    Secret.Passphrase passphrase = passphrase("abc");
    passphrase.close();
    assertThat(passphrase.bytes()).containsOnly(0);
    assertThat(owner.toString()).doesNotContain(Octets.of(owner.master().toBytes()).toString());
  }

  private void assertOpens(KeySlot slot, Secret secret) throws WrongKeyException {
    try (MasterKey master = KeySlots.of(slot).open(REPOSITORY, secret)) {
      assertThat(master.toBytes()).isEqualTo(owner.master().toBytes());
    }
  }

  private static void assertWrong(KeySlot slot, Secret secret) {
    assertThatThrownBy(() -> KeySlots.of(slot).open(REPOSITORY, secret))
        .isInstanceOf(WrongKeyException.class);
  }

  private static void assertNoLonger(PassphraseSlot slot, SlotHead head) {
    PassphraseSlot forged = new PassphraseSlot(head, slot.cost(), slot.salt(), slot.wrapped());
    assertThat(forged.open(REPOSITORY, passphrase("a"))).isEmpty();
  }

  private static Secret.Passphrase passphrase(String text) {
    return new Secret.Passphrase(text.toCharArray());
  }
}

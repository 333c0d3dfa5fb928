package cairn.repository.crypto;

import cairn.base.bytes.ObjectId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;

/// Who can make key slots: one who holds the opened master key of a repository.
///
/// @param chance must be a secure source
public record SlotOwner(
    ObjectId repository, MasterKey master, RandomGenerator chance, InstantSource clock) {
  /// Takes as long as opening the slot will.
  public KeySlot passphrase(String label, Secret.Passphrase passphrase, Argon2Cost cost) {
    return PassphraseSlot.create(this, newHead(label), cost, passphrase);
  }

  public KeySlot keyFile(String label, Secret.KeyFile file) {
    return KeyFileSlot.create(this, newHead(label), file);
  }

  /// @throws IllegalArgumentException when it is no X25519 public key
  public KeySlot recovery(String label, Octets publicKey) {
    return RecoverySlot.create(this, newHead(label), publicKey);
  }

  private SlotHead newHead(String label) {
    Instant created = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    return new SlotHead(ObjectId.random(chance), label, created);
  }
}

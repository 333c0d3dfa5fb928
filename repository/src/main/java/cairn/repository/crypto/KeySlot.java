package cairn.repository.crypto;

import cairn.base.bytes.ObjectId;
import java.util.Optional;

/// The master key, wrapped with a key that one secret gives.
///
/// Wrapped key, 60 bytes: random nonce (12), AES-256-GCM of the master key (32), tag (16). AAD:
/// text `cairn key slot 1`, repository id, slot id, text type, text label, created (u64 seconds),
/// then the derivation's parameters in the order of the record's components; texts are a length
/// (u16) and UTF-8. So a slot cannot be moved to another repository, nor its parameters changed.
public sealed interface KeySlot permits PassphraseSlot, KeyFileSlot, RecoverySlot {
  int WRAPPED_BYTES = Primitives.NONCE_BYTES + MasterKey.BYTES + Primitives.TAG_BYTES;

  SlotHead head();

  /// The word in the config: `passphrase`, `key-file` or `recovery`.
  String type();

  Octets wrapped();

  /// The master key, or empty when the secret does not fit or the slot is damaged: the two cannot
  /// be told apart.
  Optional<MasterKey> open(ObjectId repository, Secret secret);
}

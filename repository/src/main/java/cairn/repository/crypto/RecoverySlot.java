package cairn.repository.crypto;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ObjectId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A slot that opens with a private key that the repository never sees. To make one, a fresh key
/// pair (the ephemeral one) agrees by X25519 with the public key; its private half is forgotten.
/// The wrapping key is HKDF-SHA-256 over the agreed secret, salt: ephemeral, then public key; info
/// `cairn recovery 1`. The parameters in the AAD: public key, ephemeral key.
///
/// @param publicKey of whom the slot is for
/// @param ephemeral the public half of the ephemeral pair
public record RecoverySlot(SlotHead head, Octets publicKey, Octets ephemeral, Octets wrapped)
    implements KeySlot {
  public static final String TYPE = "recovery";
  public static final int PUBLIC_KEY_BYTES = X25519.BYTES;

  private static final String INFO = "cairn recovery 1";

  public RecoverySlot {
    Wrapping.checkSize(publicKey, PUBLIC_KEY_BYTES, "public key");
    Wrapping.checkSize(ephemeral, PUBLIC_KEY_BYTES, "ephemeral key");
    Wrapping.checkSize(wrapped, WRAPPED_BYTES, "wrapped key");
  }

  static RecoverySlot create(SlotOwner owner, SlotHead head, Octets publicKey) {
    Wrapping.checkSize(publicKey, PUBLIC_KEY_BYTES, "public key");
    RandomGenerator chance = owner.chance();
    try (Secret.RecoveryKey pair = Secret.RecoveryKey.random(chance)) {
      Octets ephemeral = pair.publicKey();
      byte[] key =
          derive(pair.bytes(), publicKey, publicKey, ephemeral)
              .orElseThrow(() -> new IllegalArgumentException(publicKey + " is no public key"));
      byte[] place = place(owner.repository(), head, publicKey, ephemeral);
      Octets wrapped = Wrapping.wrap(key, place, owner.master(), chance);
      Arrays.fill(key, (byte) 0);
      return new RecoverySlot(head, publicKey, ephemeral, wrapped);
    }
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Optional<MasterKey> open(ObjectId repository, Secret secret) {
    if (!(secret instanceof Secret.RecoveryKey own)) {
      return Optional.empty();
    }
    return derive(own.bytes(), ephemeral, publicKey, ephemeral)
        .flatMap(key -> {
          byte[] place = place(repository, head, publicKey, ephemeral);
          Optional<MasterKey> master = Wrapping.unwrap(key, place, wrapped);
          Arrays.fill(key, (byte) 0);
          return master;
        });
  }

  private static Optional<byte[]> derive(
      byte[] own, Octets other, Octets publicKey, Octets ephemeral) {
    byte[] salt = new ByteWriter(64).raw(ephemeral.toBytes()).raw(publicKey.toBytes()).toBytes();
    byte[] info = INFO.getBytes(StandardCharsets.US_ASCII);
    return X25519
        .agree(own, other.toBytes())
        .map(secret -> {
          byte[] key = Primitives.hkdf(salt, secret, info, Primitives.KEY_BYTES);
          Arrays.fill(secret, (byte) 0);
          return key;
        });
  }

  private static byte[] place(
      ObjectId repository, SlotHead head, Octets publicKey, Octets ephemeral) {
    return Wrapping.place(
        repository, head, TYPE, out -> out.raw(publicKey.toBytes()).raw(ephemeral.toBytes()));
  }
}

package cairn.repository.crypto;

import cairn.base.bytes.ObjectId;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// A slot that opens with a passphrase, by Argon2id (RFC 9106, version 0x13). The parameters in the
/// AAD: memory in KiB, iterations and lanes (u32 each), salt.
public record PassphraseSlot(SlotHead head, Argon2Cost cost, Octets salt, Octets wrapped)
    implements KeySlot {
  public static final String TYPE = "passphrase";
  public static final int SALT_BYTES = 16;

  public PassphraseSlot {
    Wrapping.checkSize(salt, SALT_BYTES, "salt");
    Wrapping.checkSize(wrapped, WRAPPED_BYTES, "wrapped key");
  }

  static PassphraseSlot create(
      SlotOwner owner, SlotHead head, Argon2Cost cost, Secret.Passphrase passphrase) {
    RandomGenerator chance = owner.chance();
    Octets salt = Octets.random(SALT_BYTES, chance);
    byte[] key = derive(cost, salt.toBytes(), passphrase.bytes());
    try {
      byte[] place = place(owner.repository(), head, cost, salt);
      return new PassphraseSlot(
          head, cost, salt, Wrapping.wrap(key, place, owner.master(), chance));
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Optional<MasterKey> open(ObjectId repository, Secret secret) {
    if (!(secret instanceof Secret.Passphrase passphrase)) {
      return Optional.empty();
    }
    byte[] key = derive(cost, salt.toBytes(), passphrase.bytes());
    try {
      return Wrapping.unwrap(key, place(repository, head, cost, salt), wrapped);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  static byte[] derive(Argon2Cost cost, byte[] salt, byte[] passphrase) {
    Argon2Parameters parameters =
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(cost.memoryKib())
            .withIterations(cost.iterations())
            .withParallelism(cost.lanes())
            .withSalt(salt)
            .build();
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(parameters);
    byte[] key = new byte[Primitives.KEY_BYTES];
    generator.generateBytes(passphrase, key);
    return key;
  }

  private static byte[] place(ObjectId repository, SlotHead head, Argon2Cost cost, Octets salt) {
    return Wrapping.place(
        repository,
        head,
        TYPE,
        out ->
            out.u32(cost.memoryKib()).u32(cost.iterations()).u32(cost.lanes()).raw(salt.toBytes()));
  }
}

package cairn.repository.crypto;

import cairn.base.bytes.ObjectId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A slot that opens with a key file: HKDF-SHA-256 over its content with the salt, info `cairn key
/// file 1`. There is no cost to a guess, so the file must be random. The parameter in the AAD:
/// salt.
public record KeyFileSlot(SlotHead head, Octets salt, Octets wrapped) implements KeySlot {
  public static final String TYPE = "key-file";
  public static final int SALT_BYTES = 16;

  private static final String INFO = "cairn key file 1";

  public KeyFileSlot {
    Wrapping.checkSize(salt, SALT_BYTES, "salt");
    Wrapping.checkSize(wrapped, WRAPPED_BYTES, "wrapped key");
  }

  static KeyFileSlot create(SlotOwner owner, SlotHead head, Secret.KeyFile file) {
    RandomGenerator chance = owner.chance();
    Octets salt = Octets.random(SALT_BYTES, chance);
    byte[] key = derive(salt, file);
    try {
      byte[] place = place(owner.repository(), head, salt);
      return new KeyFileSlot(head, salt, Wrapping.wrap(key, place, owner.master(), chance));
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
    if (!(secret instanceof Secret.KeyFile file)) {
      return Optional.empty();
    }
    byte[] key = derive(salt, file);
    try {
      return Wrapping.unwrap(key, place(repository, head, salt), wrapped);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static byte[] derive(Octets salt, Secret.KeyFile file) {
    byte[] info = INFO.getBytes(StandardCharsets.US_ASCII);
    return Primitives.hkdf(salt.toBytes(), file.bytes(), info, Primitives.KEY_BYTES);
  }

  private static byte[] place(ObjectId repository, SlotHead head, Octets salt) {
    return Wrapping.place(repository, head, TYPE, out -> out.raw(salt.toBytes()));
  }
}

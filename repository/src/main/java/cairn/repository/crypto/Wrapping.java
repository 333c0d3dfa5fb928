package cairn.repository.crypto;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// How a key slot holds the master key; the layout is in [KeySlot].
final class Wrapping {
  private Wrapping() {}

  /// The AAD.
  static byte[] place(
      ObjectId repository, SlotHead head, String type, Consumer<ByteWriter> parameters) {
    ByteWriter out = new ByteWriter(256);
    out.text("cairn key slot 1").id(repository).id(head.id()).text(type).text(head.label());
    out.u64(head.created().getEpochSecond());
    parameters.accept(out);
    return out.toBytes();
  }

  /// Wraps the master key, and unwraps it again to see that it can be had back.
  static Octets wrap(byte[] key, byte[] place, MasterKey master, RandomGenerator chance) {
    byte[] nonce = new byte[Primitives.NONCE_BYTES];
    chance.nextBytes(nonce);
    byte[] plain = master.toBytes();
    byte[] sealed = Primitives.gcmEncrypt(key, nonce, place, plain);
    byte[] both = new ByteWriter(KeySlot.WRAPPED_BYTES).raw(nonce).raw(sealed).toBytes();
    Octets wrapped = Octets.of(both);
    try (MasterKey again = unwrap(key, place, wrapped).orElseThrow()) {
      if (!Arrays.equals(again.toBytes(), plain)) {
        throw new IllegalStateException("the wrapped key does not read back: check this memory");
      }
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
    return wrapped;
  }

  static Optional<MasterKey> unwrap(byte[] key, byte[] place, Octets wrapped) {
    byte[] both = wrapped.toBytes();
    byte[] nonce = Arrays.copyOf(both, Primitives.NONCE_BYTES);
    Slice sealed = Slice.of(both, nonce.length, both.length - nonce.length);
    return Primitives.gcmDecrypt(key, nonce, place, sealed)
        .map(plain -> {
          MasterKey master = MasterKey.of(plain);
          Arrays.fill(plain, (byte) 0);
          return master;
        });
  }

  static void checkSize(Octets octets, int size, String field) {
    if (octets.size() != size) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s of %d bytes, not %d", field, octets.size(), size));
    }
  }
}

package cairn.repository.config;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.repository.crypto.Argon2Cost;
import cairn.repository.crypto.KeyFileSlot;
import cairn.repository.crypto.KeySlot;
import cairn.repository.crypto.Octets;
import cairn.repository.crypto.PassphraseSlot;
import cairn.repository.crypto.RecoverySlot;
import cairn.repository.crypto.SlotHead;
import com.google.gson.JsonObject;

/// A key slot as a JSON object without objects in it. Fields in this order: `type`, `id`, `label`,
/// `created`, the parameters of the type, `wrapped`; bytes are hexadecimal digits.
final class SlotJson {
  private static final String KDF = "argon2id";

  private SlotJson() {}

  static JsonObject write(KeySlot slot) {
    JsonObject out = new JsonObject();
    out.addProperty("type", slot.type());
    out.addProperty("id", slot.head().id().toString());
    out.addProperty("label", slot.head().label());
    out.addProperty("created", slot.head().created().toString());
    switch (slot) {
      case PassphraseSlot passphrase -> {
        out.addProperty("kdf", KDF);
        out.addProperty("memoryKib", passphrase.cost().memoryKib());
        out.addProperty("iterations", passphrase.cost().iterations());
        out.addProperty("lanes", passphrase.cost().lanes());
        out.addProperty("salt", passphrase.salt().toString());
      }
      case KeyFileSlot keyFile -> out.addProperty("salt", keyFile.salt().toString());
      case RecoverySlot recovery -> {
        out.addProperty("publicKey", recovery.publicKey().toString());
        out.addProperty("ephemeral", recovery.ephemeral().toString());
      }
    }
    out.addProperty("wrapped", slot.wrapped().toString());
    return out;
  }

  static KeySlot read(Fields in, Subject subject) throws CorruptData {
    String type = in.text("type");
    SlotHead head = readHead(in, subject);
    KeySlot slot =
        switch (type) {
          case PassphraseSlot.TYPE -> {
            in.constant("kdf", KDF);
            Argon2Cost cost = readCost(in, subject);
            yield new PassphraseSlot(
                head, cost, in.octets("salt", PassphraseSlot.SALT_BYTES), readWrapped(in));
          }
          case KeyFileSlot.TYPE ->
              new KeyFileSlot(head, in.octets("salt", KeyFileSlot.SALT_BYTES), readWrapped(in));
          case RecoverySlot.TYPE ->
              new RecoverySlot(
                  head,
                  in.octets("publicKey", RecoverySlot.PUBLIC_KEY_BYTES),
                  in.octets("ephemeral", RecoverySlot.PUBLIC_KEY_BYTES),
                  readWrapped(in));
          default ->
              throw subject.corrupt(
                  "type", "\"" + type + "\"", "\"passphrase\", \"key-file\" or \"recovery\"");
        };
    in.end();
    return slot;
  }

  private static SlotHead readHead(Fields in, Subject subject) throws CorruptData {
    String label = in.text("label");
    subject.check(
        SlotHead.isLabel(label), "label", "\"" + label + "\"", "letters, digits and . _ @ : + -");
    return new SlotHead(in.id("id"), label, in.instant("created"));
  }

  private static Argon2Cost readCost(Fields in, Subject subject) throws CorruptData {
    int memory = in.number("memoryKib", Argon2Cost.MEMORY_KIB_MIN, Argon2Cost.MEMORY_KIB_MAX);
    int iterations = in.number("iterations", 1, Argon2Cost.ITERATIONS_MAX);
    long work = (long) memory * iterations;
    subject.check(
        work <= Argon2Cost.WORK_KIB_MAX,
        "memoryKib times iterations",
        work,
        "at most " + Argon2Cost.WORK_KIB_MAX);
    return new Argon2Cost(memory, iterations, in.number("lanes", 1, Argon2Cost.LANES_MAX));
  }

  private static Octets readWrapped(Fields in) throws CorruptData {
    return in.octets("wrapped", KeySlot.WRAPPED_BYTES);
  }
}

package cairn.repository.crypto;

import cairn.base.bytes.ObjectId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// The key slots of a repository, in the order in which they were added. A value: adding and
/// removing give a new one.
public record KeySlots(List<KeySlot> slots) {
  /// So that the config stays small and a wrong passphrase is known after a bearable wait.
  public static final int COUNT_MAX = 64;

  public KeySlots {
    slots = List.copyOf(slots);
    if (slots.size() > COUNT_MAX) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%d key slots, at most %d: remove one", slots.size(), COUNT_MAX));
    }
    if (slots.stream().map(slot -> slot.head().id()).distinct().count() < slots.size()) {
      throw new IllegalArgumentException("two key slots have the same id");
    }
  }

  public static KeySlots of(KeySlot... slots) {
    return new KeySlots(List.of(slots));
  }

  public KeySlots add(KeySlot slot) {
    return new KeySlots(Stream.concat(slots.stream(), Stream.of(slot)).toList());
  }

  /// Without the slot `id`, after one of `secrets` has opened one that stays. To have opened the
  /// slot that goes is not enough: the others may be damaged or forgotten.
  ///
  /// @throws IllegalArgumentException when there is no such slot
  /// @throws WrongKeyException when none of the secrets opens a slot that stays
  public KeySlots remove(ObjectId id, ObjectId repository, Secret... secrets)
      throws WrongKeyException {
    KeySlots rest = new KeySlots(slots.stream().filter(s -> !s.head().id().equals(id)).toList());
    if (rest.slots.size() == slots.size()) {
      throw new IllegalArgumentException("no key slot " + id);
    }
    Optional<MasterKey> master = rest.find(repository, secrets);
    if (master.isEmpty()) {
      throw new WrongKeyException(
          String.format(
                  Locale.ROOT,
                  "key slot %s is kept: the key given opens none of the %d others, so removing it"
                      + " could",
                  id,
                  rest.slots.size())
              + " lock everyone out; give a key of a slot that stays");
    }
    master.get().close();
    return rest;
  }

  /// Opens the first slot that one of the secrets fits. Slots that are damaged do not matter as
  /// long as another one opens.
  ///
  /// @throws WrongKeyException when none fits any slot
  public MasterKey open(ObjectId repository, Secret... secrets) throws WrongKeyException {
    return find(repository, secrets)
        .orElseThrow(() ->
            new WrongKeyException(
                String.format(
                    Locale.ROOT,
                    "wrong key: none of the %d key slots of repository %s opens with it",
                    slots.size(),
                    repository)));
  }

  private Optional<MasterKey> find(ObjectId repository, Secret... secrets) {
    return Stream.of(secrets)
        .flatMap(secret -> slots.stream().flatMap(slot -> slot.open(repository, secret).stream()))
        .findFirst();
  }
}

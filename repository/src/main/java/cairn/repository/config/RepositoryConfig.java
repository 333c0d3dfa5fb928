package cairn.repository.config;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.FormatTooOld;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import cairn.repository.crypto.KeySlots;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.Octets;
import cairn.repository.crypto.PaperKey;
import cairn.repository.crypto.Protection;
import cairn.repository.crypto.Secret;
import cairn.repository.crypto.WrongKeyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The object `config` of a repository: a JSON document with exactly these fields.
///
/// | field              | value                                                            |
/// |--------------------|------------------------------------------------------------------|
/// | `format`           | format version, [#FORMAT]                                        |
/// | `repository`       | repository id, 32 hexadecimal digits                             |
/// | `created`          | time in whole seconds, UTC                                       |
/// | `blockBytes`       | block size, a power of two, 16 KiB..4 MiB                        |
/// | `chunker`          | `fixed`                                                          |
/// | `codec`            | `name`: `zstd`; `level`: -5..19                                  |
/// | `packTargetBytes`  | at what size a pack ends, 1 MiB..256 MiB                         |
/// | `indexTargetBytes` | where a writer may end an index segment, 1 MiB..256 MiB          |
/// | `parity`           | percentage of parity in packs, 0..50; 0 is none                  |
/// | `waivers`          | probe properties that are waived, sorted                         |
/// | `policies`         | absent when there are none, or a list, see [PolicyJson]          |
/// | `encryption`       | absent, or `cipher`: `aes-256-gcm`; `slots`: 1..64; `seal`       |
/// | `digest`           | SHA-256 of the text without this field                           |
///
/// The seal is [Protection#seal] with role `config` and the repository id as name, over the text
/// without `slots`, `seal` and `digest`. So nobody without a key can change the block size, say.
/// The text is canonical: there is one spelling for one config, and no other is read.
public record RepositoryConfig(
    ObjectId repository,
    Instant created,
    Layout layout,
    List<String> waivers,
    Policies policies,
    Optional<Encryption> encryption) {
  public static final int FORMAT = 1;

  private static final Pattern WAIVER = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /// @throws IllegalArgumentException when a waiver is no name or the time is not in whole seconds
  public RepositoryConfig {
    waivers = waivers.stream().sorted().distinct().toList();
    if (!waivers.stream().allMatch(RepositoryConfig::isWaiver)) {
      throw new IllegalArgumentException("not all are names of probe properties: " + waivers);
    }
    if (!created.equals(created.truncatedTo(ChronoUnit.SECONDS))) {
      throw new IllegalArgumentException("not in whole seconds: " + created);
    }
  }

  /// The config of a repository that is not encrypted.
  public static RepositoryConfig clear(
      ObjectId repository, Instant created, Layout layout, List<String> waivers) {
    return new RepositoryConfig(
        repository, created, layout, waivers, Policies.NONE, Optional.empty());
  }

  /// Reads a config. Past this gate every field is well-formed, but in an encrypted repository it
  /// may still be forged: [#open] or [#verify] tells.
  ///
  /// @param location what to call it in messages
  /// @throws CorruptData when any byte is not as it was written
  /// @throws FormatTooNew when a newer Cairn wrote it
  public static RepositoryConfig parse(byte[] bytes, String location)
      throws CorruptData, FormatTooNew, FormatTooOld {
    Subject subject = Subject.of("config", location);
    RepositoryConfig config = ConfigJson.read(ConfigText.read(bytes, subject), subject);
    subject.check(
        Arrays.equals(config.render(), bytes), "text", "another spelling", "the canonical text");
    return config;
  }

  /// Reads what can be read of a damaged config, for repair and rescue only: to open a repository
  /// by a slot that is still good. Nothing of it is proven before [#open] or [#verify] succeeds,
  /// and in a repository that is not encrypted nothing ever is.
  ///
  /// @throws FormatTooNew when a newer Cairn wrote it
  public static ConfigRescue parseLenient(byte[] bytes, String location)
      throws FormatTooNew, FormatTooOld {
    return ConfigRescue.of(bytes, location);
  }

  /// The bytes to store. They are read back before they are returned.
  public byte[] toBytes() {
    byte[] bytes = render();
    try {
      if (parse(bytes, "to be written").equals(this)) {
        return bytes;
      }
    } catch (CorruptData | IOException e) {
      throw new IllegalStateException("the config does not read back", e);
    }
    throw new IllegalStateException("the config does not read back as it was");
  }

  /// Opens a slot and verifies this config with the key.
  ///
  /// @throws WrongKeyException when no slot opens
  /// @throws CorruptData when the config was changed by someone without the key
  public MasterKey open(Secret... secrets) throws WrongKeyException, CorruptData {
    return verified(slots().open(repository, secrets));
  }

  /// Opens with what was printed: a master key needs no slot, a recovery key needs its own.
  ///
  /// @throws WrongKeyException when the paper is of another repository or no slot opens
  /// @throws CorruptData when the config was changed by someone without the key
  public MasterKey open(PaperKey paper) throws WrongKeyException, CorruptData {
    if (!paper.repository().equals(repository)) {
      throw new WrongKeyException(
          String.format(
              Locale.ROOT,
              "the paper key is of repository %s, not of %s",
              paper.repository(),
              repository));
    }
    return switch (paper.kind()) {
      case MASTER -> verified(paper.masterKey());
      case RECOVERY -> {
        try (Secret secret = paper.recoveryKey()) {
          yield open(secret);
        }
      }
    };
  }

  /// Checks the seal.
  ///
  /// @throws CorruptData when `protection` has the key and this config was not sealed with it
  public void verify(Protection protection) throws CorruptData {
    Subject subject = Subject.of("config", repository.toString());
    if (encryption.isEmpty()) {
      subject.check(!protection.encrypts(), "encryption", "none", "key slots");
      return;
    }
    if (!protection.encrypts()) {
      throw new IllegalArgumentException("an encrypted repository is verified with its key");
    }
    Octets have = encryption.get().seal();
    Octets expect = seal(protection);
    boolean equal = MessageDigest.isEqual(have.toBytes(), expect.toBytes());
    subject.check(equal, "seal", have, "the seal made with the key of this repository");
  }

  /// This config with encryption; for a repository that is being made.
  public RepositoryConfig encrypted(KeySlots slots, Protection protection) {
    return new RepositoryConfig(
            repository,
            created,
            layout,
            waivers,
            policies,
            Optional.of(new Encryption(slots, Octets.of(new byte[Protection.SEAL_BYTES]))))
        .sealed(protection);
  }

  /// With other key slots. The seal leaves them out and stays.
  public RepositoryConfig withSlots(KeySlots slots) {
    Octets seal = encryption.orElseThrow(this::notEncrypted).seal();
    return new RepositoryConfig(
        repository, created, layout, waivers, policies, Optional.of(new Encryption(slots, seal)));
  }

  public RepositoryConfig withWaivers(List<String> newWaivers, Protection protection) {
    return new RepositoryConfig(repository, created, layout, newWaivers, policies, encryption)
        .sealed(protection);
  }

  public RepositoryConfig withPolicies(Policies newPolicies, Protection protection) {
    return new RepositoryConfig(repository, created, layout, waivers, newPolicies, encryption)
        .sealed(protection);
  }

  /// @throws IllegalStateException when the repository is not encrypted
  public KeySlots slots() {
    return encryption.orElseThrow(this::notEncrypted).slots();
  }

  static boolean isWaiver(String name) {
    return WAIVER.matcher(name).matches();
  }

  private RepositoryConfig sealed(Protection protection) {
    if (encryption.isEmpty()) {
      return this;
    }
    Encryption resealed = new Encryption(encryption.get().slots(), seal(protection));
    return new RepositoryConfig(
        repository, created, layout, waivers, policies, Optional.of(resealed));
  }

  private MasterKey verified(MasterKey master) throws CorruptData {
    try {
      verify(Protection.encrypted(master));
      return master;
    } catch (CorruptData e) {
      master.close();
      throw e;
    }
  }

  private Octets seal(Protection protection) {
    byte[] text = ConfigText.of(ConfigJson.writeSealed(this)).getBytes(StandardCharsets.UTF_8);
    return Octets.of(protection.seal("config", repository.toString(), text, 0, text.length));
  }

  private byte[] render() {
    return ConfigText.withDigest(ConfigText.of(ConfigJson.write(this)));
  }

  private IllegalStateException notEncrypted() {
    return new IllegalStateException("repository " + repository + " is not encrypted");
  }
}

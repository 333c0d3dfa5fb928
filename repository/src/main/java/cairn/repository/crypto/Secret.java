package cairn.repository.crypto;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.random.RandomGenerator;

/// What a user has to open a key slot with. Closing it overwrites the bytes.
public sealed interface Secret extends AutoCloseable {
  @Override
  void close();

  /// A passphrase: its characters in Unicode normalization form C, so that the same letters typed
  /// on different systems are the same passphrase, in UTF-8.
  final class Passphrase implements Secret {
    private final byte[] bytes;

    /// The caller wipes `characters`.
    ///
    /// @throws IllegalArgumentException when it is empty or not Unicode text
    public Passphrase(char[] characters) {
      if (characters.length == 0) {
        throw new IllegalArgumentException("the passphrase is empty");
      }
      bytes = encode(characters);
    }

    byte[] bytes() {
      return bytes;
    }

    @Override
    public void close() {
      Arrays.fill(bytes, (byte) 0);
    }

    private static byte[] encode(char[] characters) {
      CharBuffer text = CharBuffer.wrap(characters);
      if (!Normalizer.isNormalized(text, Normalizer.Form.NFC)) {
        text = CharBuffer.wrap(Normalizer.normalize(text, Normalizer.Form.NFC));
      }
      try {
        ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(text);
        byte[] result = new byte[encoded.remaining()];
        encoded.get(result);
        encoded.clear().put(new byte[encoded.capacity()]);
        return result;
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException("the passphrase is not Unicode text", e);
      }
    }
  }

  /// The content of a key file, every byte of it.
  final class KeyFile implements Secret {
    public static final int BYTES_MIN = 32;
    public static final int BYTES_MAX = 1 << 20;

    private final byte[] bytes;

    /// The content is copied; the caller wipes its own.
    ///
    /// @throws IllegalArgumentException when it is too short to be secret, or absurdly long
    public KeyFile(byte[] content) {
      if (content.length < BYTES_MIN || content.length > BYTES_MAX) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the key file has %d bytes: it must have %d to %d, chosen at random",
                content.length,
                BYTES_MIN,
                BYTES_MAX));
      }
      bytes = content.clone();
    }

    byte[] bytes() {
      return bytes;
    }

    @Override
    public void close() {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /// The private key (X25519) of a recovery slot.
  final class RecoveryKey implements Secret {
    public static final int BYTES = 32;

    private final byte[] bytes;

    private RecoveryKey(byte[] bytes) {
      this.bytes = bytes;
    }

    /// @param chance must be a secure source
    public static RecoveryKey random(RandomGenerator chance) {
      byte[] bytes = new byte[BYTES];
      chance.nextBytes(bytes);
      return new RecoveryKey(bytes);
    }

    /// A copy of the bytes; the caller wipes its own.
    public static RecoveryKey of(byte[] bytes) {
      if (bytes.length != BYTES) {
        throw new IllegalArgumentException(
            "recovery key of " + bytes.length + " bytes, not " + BYTES);
      }
      return new RecoveryKey(bytes.clone());
    }

    /// What the repository keeps; it opens nothing.
    public Octets publicKey() {
      return Octets.of(X25519.publicKey(bytes));
    }

    byte[] bytes() {
      return bytes;
    }

    @Override
    public void close() {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}

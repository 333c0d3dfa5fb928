package cairn.cli.command;

import cairn.cli.shell.UsageError;
import cairn.repository.crypto.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// Reads secrets from files. What is read is wiped as soon as it is in its [Secret].
final class Secrets {
  private Secrets() {}

  /// The content of the file without the line break at its end.
  static Secret passphraseFile(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      char[] characters = Arrays.copyOf(text.array(), lengthWithoutBreak(text));
      Arrays.fill(text.array(), '\0');
      return passphrase(characters);
    } catch (CharacterCodingException e) {
      throw new UsageError("the passphrase in " + file + " is not UTF-8 text", e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /// Wipes the characters.
  static Secret passphrase(char[] characters) throws UsageError {
    try {
      return new Secret.Passphrase(characters);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    } finally {
      Arrays.fill(characters, '\0');
    }
  }

  static Secret keyFile(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try {
      return new Secret.KeyFile(bytes);
    } catch (IllegalArgumentException e) {
      throw usage(e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /// What a class of the engine says of a value that came from the command line.
  static UsageError usage(IllegalArgumentException wrong) {
    return new UsageError(String.valueOf(wrong.getMessage()), wrong);
  }

  private static int lengthWithoutBreak(CharBuffer text) {
    int length = text.limit();
    if (length > 0 && text.get(length - 1) == '\n') {
      length--;
    }
    if (length > 0 && text.get(length - 1) == '\r') {
      length--;
    }
    return length;
  }
}

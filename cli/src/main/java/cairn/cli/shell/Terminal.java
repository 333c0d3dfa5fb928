package cairn.cli.shell;

import java.io.IOException;

/// The person in front of the program, if there is one.
public interface Terminal {
  /// Nobody is there.
  Terminal NOBODY =
      new Terminal() {
        @Override
        public boolean isWatched() {
          return false;
        }

        @Override
        public char[] askSecret(String prompt) throws IOException {
          throw new IOException(
              "a passphrase is needed and there is no terminal to ask at: set CAIRN_PASSPHRASE or"
                  + " give --passphrase-file");
        }
      };

  /// Whether standard error is shown to a person who may watch progress.
  boolean isWatched();

  /// Asks for something that must not be seen. The caller wipes it.
  ///
  /// @throws IOException when there is nobody to ask
  char[] askSecret(String prompt) throws IOException;
}

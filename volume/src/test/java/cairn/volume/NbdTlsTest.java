package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.base.test.UnixServer;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Servers that others wrote, and that insist on encryption.
class NbdTlsTest {
  private static final String KEYS =
      """
      set -e
      cd "$1"
      new() { openssl req -newkey rsa:2048 -nodes -keyout $1-key.pem -subj /CN=$2 "${@:3}" 2>err; }
      new ca authority -x509 -out ca-cert.pem
      new other stranger -x509 -out other-cert.pem
      mkdir stranger; cp other-cert.pem stranger/ca-cert.pem
      echo subjectAltName=DNS:localhost,IP:127.0.0.1 > names
      for each in server client; do
        new $each $each -out request
        openssl x509 -req -in request -CA ca-cert.pem -CAkey ca-key.pem -CAcreateserial \
          -extfile names -out $each-cert.pem 2>err
      done
      mkdir anonymous; cp ca-cert.pem anonymous
      """;

  @TempDir private static Path keys;
  @TempDir private Path folder;

  @BeforeAll
  static void makeKeys() throws IOException {
    Command.run("bash", "-c", KEYS, "keys", keys.toString());
  }

  private UnixServer start(Path image, String... options) throws Exception {
    Path socket = folder.resolve("socket");
    List<String> command = new ArrayList<>(List.of("nbdkit", "-f", "-r", "-U", socket.toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("file", image.toString()));
    return UnixServer.start(socket, command);
  }

  private Path image(Seed seed) throws IOException {
    return Files.write(folder.resolve("image"), seed.bytes(3_000_000 / 512 * 512));
  }

  private Volume open(String options) throws IOException {
    return Volumes.open("nbds+unix:///?socket=" + folder.resolve("socket") + options);
  }

  private static String by(Path directory) {
    return "&tls-certificates=" + directory;
  }

  @Test
  void aServerThatProvesWhoItIsIsRead(Seed seed) throws Exception {
    Path image = image(seed);
    try (UnixServer server =
            start(image, "--tls=require", "--tls-certificates=" + keys, "--tls-verify-peer");
        Volume volume = open(by(keys))) {
      assertThat(server.socket()).exists();
      byte[] bytes = new byte[(int) volume.size()];
      volume.read(0, bytes, 0, bytes.length);
      assertThat(bytes).isEqualTo(Files.readAllBytes(image));
      assertThat(volume.identity().location()).doesNotContain("tls-certificates");
      assertThatThrownBy(() -> open(by(keys.resolve("anonymous"))).size())
          .as("without a certificate of our own")
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void whoeverElseAnswersIsTakenForNobody(Seed seed) throws Exception {
    try (UnixServer server = start(image(seed), "--tls=require", "--tls-certificates=" + keys)) {
      assertThat(server.socket()).exists();
      assertThatThrownBy(() -> open(by(keys.resolve("stranger"))))
          .hasMessageContaining("cannot use nbds+unix:")
          .hasMessageContaining("certificat");
      assertThatThrownBy(() -> open("")).hasMessageContaining("certificat");
      assertThatThrownBy(() -> open(by(keys) + "&tls-hostname=backup.example.org"))
          .hasMessageContaining("backup.example.org");
      open(by(keys) + "&tls-hostname=localhost").close();
      assertThatThrownBy(() -> open(by(keys.resolve("nothing"))))
          .hasMessageContaining("ca-cert.pem");
      assertThatThrownBy(
              () -> Volumes.open("nbd+unix:///?socket=" + folder.resolve("socket")).close())
          .hasMessageContaining("the server demands TLS");
    }
  }

  /// Whoever stands between could say so, too.
  @Test
  void withoutEncryptionNothingIsAsked(Seed seed) throws Exception {
    try (UnixServer server = start(image(seed))) {
      assertThat(server.socket()).exists();
      assertThatThrownBy(() -> open(by(keys))).hasMessageContaining("the server does not encrypt");
    }
  }
}

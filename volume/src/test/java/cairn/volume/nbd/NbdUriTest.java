package cairn.volume.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The addresses of exports.
class NbdUriTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "nbd://localhost",
        "nbd://127.0.0.1:10810/disk.img",
        "nbd://[::1]/a%20b",
        "nbds://backup.example.org:1/%C3%A4",
        "nbd+unix:///disk?socket=/run/a%20b.sock",
        "nbds+unix:///?socket=/run/x",
      })
  void isWrittenAsItWasRead(String text) throws URISyntaxException {
    assertThat(NbdUri.parse(text)).hasToString(text);
    assertThat(NbdUri.isOne(text)).isTrue();
  }

  @Test
  void saysWhatItNames() throws URISyntaxException {
    assertThat(NbdUri.parse("nbds://host/a%20b/c"))
        .isEqualTo(NbdUri.tcp(true, "host", Limits.PORT, "a b/c"));
    assertThat(NbdUri.parse("nbd://[::1]:1")).isEqualTo(NbdUri.tcp(false, "::1", 1, ""));
    assertThat(NbdUri.parse("nbd+unix:///e?other=1&socket=/s"))
        .isEqualTo(NbdUri.unix(false, Path.of("/s"), "e"));
  }

  /// Whom to believe is no part of where something is.
  @Test
  void whatIsSaidOfEncryptionIsKeptApart() throws URISyntaxException {
    NbdUri uri = NbdUri.parse("nbds://host/x?tls-certificates=/etc/keys&tls-hostname=other");
    assertThat(uri).hasToString("nbds://host/x");
    assertThat(uri.security().certificates()).contains(Path.of("/etc/keys"));
    assertThat(uri.certifiedName()).isEqualTo("other");
    assertThat(NbdUri.parse("nbds://host/x").certifiedName()).isEqualTo("host");
    assertThat(NbdUri.parse("nbds+unix:///x?socket=/s").certifiedName()).isEqualTo("localhost");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://x",
        "nbd://",
        "nbd+unix:///",
        "nbd+unix:///?socket=",
        "nbd+unix:///?socket=%00",
        "nbd:/x",
        "nbd://%",
        "nbd://host:0/x",
        "nbd://host:65536/x",
        "nbd://host:99999999999/x"
      })
  void anythingElseIsNone(String text) {
    assertThatThrownBy(() -> NbdUri.parse(text)).isInstanceOf(URISyntaxException.class);
  }

  @Test
  void aFileIsNoUri() {
    assertThat(NbdUri.isOne("nbd.img")).isFalse();
    assertThat(NbdUri.isOne("/dev/nbd0")).isFalse();
  }
}

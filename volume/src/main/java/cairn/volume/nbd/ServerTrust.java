package cairn.volume.nbd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/// Whom a client believes to be the server it wants, and what it proves with who it is itself. The
/// files are those of libnbd and QEMU: `ca-cert.pem`, and where the server asks for it
/// `client-cert.pem` and `client-key.pem`.
final class ServerTrust {
  private ServerTrust() {}

  /// @param directory with the files; empty for the authorities that Java knows
  /// @param host that the server's certificate must be for
  static SSLEngine engine(Optional<Path> directory, String host, int port) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(directory.isEmpty() ? null : authorities(directory.get().resolve("ca-cert.pem")));
      context.init(keys(directory), trust.getTrustManagers(), null);
      SSLEngine engine = context.createSSLEngine(host, port);
      engine.setUseClientMode(true);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      engine.setSSLParameters(parameters);
      return engine;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be used: " + e.getMessage(), e);
    }
  }

  private static KeyStore authorities(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    int number = 0;
    for (Certificate each : TlsKeys.certificates(file)) {
      store.setCertificateEntry("authority-" + number++, each);
    }
    return store;
  }

  private static KeyManager[] keys(Optional<Path> directory)
      throws IOException, GeneralSecurityException {
    Optional<Path> own = directory.map(each -> each.resolve("client-cert.pem"));
    return own.isPresent() && Files.exists(own.get())
        ? TlsKeys.managers(own.get(), own.get().resolveSibling("client-key.pem"))
        : new KeyManager[0];
  }
}

package cairn.volume.nbd;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// What a server, or a client, proves with who it is: a certificate and its key, as PEM files.
public final class TlsKeys {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

  private TlsKeys() {}

  /// For a server.
  ///
  /// @param certificates that of the server first, then those that it was signed with
  /// @param key of the server, PKCS #8
  /// @throws IOException saying which of the files is no good, and why
  public static SSLContext load(Path certificates, Path key) throws IOException {
    KeyManager[] managers = managers(certificates, key);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers, null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be used: " + e.getMessage(), e);
    }
  }

  static KeyManager[] managers(Path certificates, Path key) throws IOException {
    Certificate[] chain = certificates(certificates);
    PrivateKey secret = key(key);
    char[] none = new char[0];
    try {
      checkPair(secret, chain[0]);
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, none);
      store.setKeyEntry("own", secret, none, chain);
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(store, none);
      return managers.getKeyManagers();
    } catch (GeneralSecurityException e) {
      throw new IOException(
          certificates + " and " + key + " do not go together: " + e.getMessage(), e);
    }
  }

  /// Otherwise only clients would find out.
  private static void checkPair(PrivateKey secret, Certificate certificate)
      throws GeneralSecurityException {
    String algorithm =
        switch (secret.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> secret.getAlgorithm();
        };
    byte[] message = {1, 2, 3};
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(secret);
    signing.update(message);
    Signature checking = Signature.getInstance(algorithm);
    checking.initVerify(certificate);
    checking.update(message);
    if (!checking.verify(signing.sign())) {
      throw new GeneralSecurityException("the certificate is for another key");
    }
  }

  static Certificate[] certificates(Path file) throws IOException {
    try {
      Certificate[] chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
              .toArray(Certificate[]::new);
      if (chain.length > 0) {
        return chain;
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " holds no certificate: " + e.getMessage(), e);
    }
    throw new IOException(file + " holds no certificate");
  }

  private static PrivateKey key(Path file) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    Matcher found = KEY.matcher(text);
    if (!found.find()) {
      throw new IOException(
          file
              + " holds no private key in PKCS #8 without a passphrase;"
              + " 'openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW' makes one");
    }
    PKCS8EncodedKeySpec encoded =
        new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1)));
    return ALGORITHMS.stream()
        .flatMap(algorithm -> key(algorithm, encoded).stream())
        .findFirst()
        .orElseThrow(
            () -> new IOException(file + " holds a private key of a kind that is not understood"));
  }

  private static Optional<PrivateKey> key(String algorithm, PKCS8EncodedKeySpec encoded) {
    try {
      return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(encoded));
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }
}

package cairn.volume.nbd;

import java.time.Duration;

/// How long a client waits for a server.
///
/// @param handshake for the connection and all of the negotiation
/// @param silence for the next byte while requests are under way
record Patience(Duration handshake, Duration silence) {
  /// A server may wait itself, for a disk that has to start or a network that comes back.
  static final Patience USUAL = new Patience(Duration.ofSeconds(30), Duration.ofMinutes(5));
}

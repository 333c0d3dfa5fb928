package cairn.repository.config;

import cairn.repository.crypto.KeySlots;
import cairn.repository.crypto.Octets;

/// What an encrypted repository has in its config.
///
/// @param slots each authenticates itself, so the seal leaves them out: one that is damaged takes
///   nothing with it
/// @param seal over everything else
public record Encryption(KeySlots slots, Octets seal) {}

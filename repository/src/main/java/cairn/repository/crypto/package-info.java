/// Keys and what is done with them: chunk ids, encryption of blobs and records, seals over metadata
/// ([Protection][cairn.repository.crypto.Protection]), and the slots that keep the one master key
/// of a repository ([KeySlots][cairn.repository.crypto.KeySlots]).
///
/// ```
/// passphrase -- Argon2id --\                    /-- "chunk-id" -- HMAC-SHA-256: chunk ids
/// key file   -- HKDF -------- key slot: master ---- "data" ------ per pack: AES-256-GCM: blobs
/// recovery   -- X25519 ----/  key, wrapped      \-- "metadata" -- HMAC-SHA-256: seals
///                                               \-- "record" ---- per record: AES-256-GCM
/// ```
///
/// Stands on `cairn.base.bytes` and the JDK; Argon2id comes from Bouncy Castle and is used in
/// [PassphraseSlot][cairn.repository.crypto.PassphraseSlot] alone.
@NullMarked
package cairn.repository.crypto;

import org.jspecify.annotations.NullMarked;

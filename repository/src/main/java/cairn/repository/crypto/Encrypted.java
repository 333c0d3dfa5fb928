package cairn.repository.crypto;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;

/// Keyed chunk ids, seals and encryption. Keys are 32 bytes each:
///
/// | key            | derivation                                        | use               |
/// |----------------|---------------------------------------------------|-------------------|
/// | chunk-id       | [MasterKey#subKey]                                | HMAC-SHA-256      |
/// | metadata       | [MasterKey#subKey]                                | HMAC-SHA-256      |
/// | data           | [MasterKey#subKey]                                | pack keys         |
/// | record         | [MasterKey#subKey]                                | record keys       |
/// | of a pack      | HKDF-Expand(data, `pack`, pack id)                | AES-256-GCM       |
/// | of a record    | HKDF-Expand(record, `record`, role, name)         | AES-256-GCM       |
///
/// Why no nonce is ever used twice with one key: see [PackCipher] for blobs. A record's key belongs
/// to one role and name, under which a handful of records are ever written; their nonces are 96
/// random bits, so even 2^32 of them would collide with a chance of 2^-33 only.
final class Encrypted implements Protection {
  private final SecretKey chunkIdKey;
  private final SecretKey metadataKey;
  private final byte[] dataKey;
  private final byte[] recordKey;

  Encrypted(MasterKey master) {
    chunkIdKey = Primitives.hmacKey(master.subKey("chunk-id"));
    metadataKey = Primitives.hmacKey(master.subKey("metadata"));
    dataKey = master.subKey("data");
    recordKey = master.subKey("record");
  }

  @Override
  public boolean encrypts() {
    return true;
  }

  @Override
  public ChunkDigest newDigest() {
    return new Keyed(Primitives.hmac(chunkIdKey));
  }

  @Override
  public int overheadBytes() {
    return Primitives.TAG_BYTES;
  }

  @Override
  public BlobCipher blobCipher(ObjectId pack) {
    byte[] info = new ByteWriter(32).raw(ascii("pack")).id(pack).toBytes();
    byte[] key = Primitives.expand(dataKey, info, Primitives.KEY_BYTES);
    try {
      return new PackCipher(pack, Primitives.aesKey(key));
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public byte[] seal(String role, String name, byte[] bytes, int offset, int length) {
    Mac mac = Primitives.hmac(metadataKey);
    mac.update(Clear.place(role, name));
    mac.update(bytes, offset, length);
    return mac.doFinal();
  }

  @Override
  public byte[] encryptRecord(String role, String name, byte[] plain, RandomGenerator chance) {
    byte[] place = Clear.place(role, name);
    byte[] nonce = new byte[Primitives.NONCE_BYTES];
    chance.nextBytes(nonce);
    byte[] sealed = Primitives.gcmEncrypt(keyOfRecord(place), nonce, place, plain);
    return new ByteWriter(nonce.length + sealed.length).raw(nonce).raw(sealed).toBytes();
  }

  @Override
  public byte[] decryptRecord(String role, String name, byte[] stored, Subject subject)
      throws CorruptData {
    int least = Primitives.NONCE_BYTES + Primitives.TAG_BYTES;
    subject.check(
        stored.length >= least, "size", stored.length + " bytes", "at least " + least + " bytes");
    byte[] place = Clear.place(role, name);
    byte[] nonce = Arrays.copyOf(stored, Primitives.NONCE_BYTES);
    Slice sealed = Slice.of(stored, nonce.length, stored.length - nonce.length);
    return Primitives.gcmDecrypt(keyOfRecord(place), nonce, place, sealed)
        .orElseThrow(() ->
            subject.corrupt("authentication tag", "a mismatch", "the tag of " + role + " " + name));
  }

  private byte[] keyOfRecord(byte[] place) {
    byte[] info = new ByteWriter(64).raw(ascii("record")).raw(place).toBytes();
    return Primitives.expand(recordKey, info, Primitives.KEY_BYTES);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static final class Keyed implements ChunkDigest {
    private final Mac mac;
    private final byte[] result = new byte[ChunkId.BYTES];

    private Keyed(Mac mac) {
      this.mac = mac;
    }

    @Override
    public ChunkId of(byte[] bytes, int offset, int length) {
      try {
        mac.update(bytes, offset, length);
        mac.doFinal(result, 0);
        return ChunkId.of(result, 0);
      } catch (ShortBufferException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}

package cairn.repository.test;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.ObjectId;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.Protection;
import cairn.repository.session.Owner;
import cairn.repository.session.SessionRecord;
import cairn.storage.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// Fixed ids, keys and records.
public final class Samples {
  public static final ObjectId REPOSITORY = ObjectId.parse("000102030405060708090a0b0c0d0e0f");
  public static final Instant TIME = Instant.parse("2026-01-31T12:00:00Z");
  public static final Owner OWNER = new Owner("db1", "b0", 4242, "cairn 0.1");

  private Samples() {}

  /// The same byte 16 times.
  public static ObjectId objectId(int value) {
    byte[] bytes = new byte[ObjectId.BYTES];
    Arrays.fill(bytes, (byte) value);
    return ObjectId.of(bytes, 0);
  }

  public static ChunkId chunkId(RandomGenerator chance) {
    return new ChunkId(chance.nextLong(), chance.nextLong(), chance.nextLong(), chance.nextLong());
  }

  /// With the master key 00 01 .. 1f.
  public static Protection encrypted() {
    byte[] key = new byte[MasterKey.BYTES];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    return Protection.encrypted(MasterKey.of(key));
  }

  public static List<Protection> protections() {
    return List.of(Protection.clear(), encrypted());
  }

  public static SessionRecord session(ObjectId id) {
    return new SessionRecord(id, TIME, OWNER);
  }

  public static byte[] bytesOf(Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    content.writeTo(Channels.newChannel(bytes));
    return bytes.toByteArray();
  }
}

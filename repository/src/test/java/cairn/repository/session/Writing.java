package cairn.repository.session;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.repository.chunk.Codec;
import cairn.repository.chunk.Encoding;
import cairn.repository.crypto.Protection;
import cairn.repository.pack.Blob;
import cairn.repository.pack.PackContent;
import cairn.repository.pack.Packs;
import cairn.repository.test.Samples;
import cairn.repository.write.PackWriter;
import cairn.storage.Storage;
import java.io.IOException;
import java.util.random.RandomGenerator;

/// Short words for writing into a repository.
final class Writing {
  static final String SNAPSHOT = "snapshots/g/00000000000000000000000000000001";

  private Writing() {}

  static WriteSession open(Storage storage, ObjectId session, RandomGenerator chance)
      throws IOException, CorruptData {
    return open(storage, session, 1 << 20, chance);
  }

  static WriteSession open(
      Storage storage, ObjectId session, int packTargetBytes, RandomGenerator chance)
      throws IOException, CorruptData {
    Packs packs = new Packs(storage, Samples.REPOSITORY, Protection.clear());
    PackWriter.Tools tools = new PackWriter.Tools(packTargetBytes, chance, 2);
    return WriteSession.open(packs, Samples.session(session), tools);
  }

  static ChunkId id(byte[] content) {
    return Protection.clear().newDigest().of(content, 0, content.length);
  }

  /// Stores a chunk unless it is known.
  ///
  /// @return whether it was stored
  static boolean store(WriteSession session, byte[] content) throws IOException, CorruptData {
    ChunkId id = id(content);
    if (session.find(id) != null || !session.claim(id)) {
      return false;
    }
    session.append(
        PackContent.DATA,
        new Blob(id, content.length, Encoding.RAW, null, Blob.NO_CLEAR, Slice.of(content)));
    return true;
  }

  static void storeDelta(WriteSession session, byte[] content, byte[] base)
      throws IOException, CorruptData {
    ChunkId id = id(content);
    byte[] room = new byte[Codec.boundBytes(content.length)];
    try (Codec codec = new Codec(1)) {
      int length = codec.compressDelta(Slice.of(content), base, Slice.of(room));
      session.append(
          PackContent.DATA,
          new Blob(
              id,
              content.length,
              Encoding.ZSTD_DELTA,
              id(base),
              Blob.NO_CLEAR,
              Slice.of(room, 0, length)));
    }
  }
}

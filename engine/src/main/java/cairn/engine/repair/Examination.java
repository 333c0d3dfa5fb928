package cairn.engine.repair;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Slice;
import cairn.engine.BlobReopener;
import cairn.engine.repair.Condition.Contents;
import cairn.repository.Repository;
import cairn.repository.index.Location;
import cairn.repository.pack.Blob;
import cairn.repository.pack.BlobEntry;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.PackRepair;
import cairn.repository.read.BlobDecoder;
import cairn.repository.read.ChunkMissing;
import cairn.storage.ObjectMissing;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/// Reads whole packs and tells in what condition they are.
final class Examination {
  private final Repository repository;

  Examination(Repository repository) {
    this.repository = repository;
  }

  Condition of(ObjectId pack) throws CorruptData {
    try {
      PackReading reading = PackReading.of(repository.storage(), pack);
      PackRepair.Result result = new PackRepair(repository.packs()).repair(pack, reading.bytes());
      return reading.unreadableBytes() == 0
          ? condition(pack, reading.bytes(), result)
          : conditionOfUnreadable(pack, reading, result);
    } catch (ObjectMissing e) {
      return new Condition.Gone();
    } catch (IOException e) {
      return unknown(pack, String.valueOf(e.getMessage()));
    }
  }

  static Condition.Unknown unknown(ObjectId pack, String why) {
    return new Condition.Unknown(new Problem.Unknown("pack", pack.toString(), why));
  }

  private Condition condition(ObjectId pack, byte[] found, PackRepair.Result result)
      throws IOException, CorruptData {
    return switch (result) {
      case PackRepair.Sound sound -> new Condition.Sound(whole(pack, Slice.of(found)));
      case PackRepair.Repaired repaired ->
          new Condition.Restored(Slice.of(found), whole(pack, repaired.bytes()), repaired.shards());
      case PackRepair.Partial partial ->
          new Condition.Broken(new Contents(partial.bytes(), Optional.of(partial.directory())));
      case PackRepair.Hopeless hopeless ->
          new Condition.Broken(new Contents(Slice.of(found), Optional.empty()));
    };
  }

  /// Zeros that stand for what could not be read prove nothing: only when all else proves the whole
  /// pack it is known. Even then it cannot be replaced where it lies, because that begins with
  /// reading it.
  private Condition conditionOfUnreadable(
      ObjectId pack, PackReading reading, PackRepair.Result result)
      throws IOException, CorruptData {
    return switch (result) {
      case PackRepair.Sound sound -> new Condition.Broken(whole(pack, Slice.of(reading.bytes())));
      case PackRepair.Repaired repaired -> new Condition.Broken(whole(pack, repaired.bytes()));
      case PackRepair.Partial _, PackRepair.Hopeless _ ->
          unknown(
              pack,
              reading.unreadableBytes()
                  + " bytes of it cannot be read, and parity does not make up for them: it was left"
                  + " alone; try another cable, controller or machine");
    };
  }

  private Contents whole(ObjectId pack, Slice bytes) throws IOException, CorruptData {
    byte[] tail = Arrays.copyOf(bytes.bytes(), bytes.length());
    byte[] head = Arrays.copyOf(tail, PackDirectory.HEAD_BYTES);
    PackDirectory.Context context =
        new PackDirectory.Context(
            repository.config().repository(), repository.protection(), tail.length);
    return new Contents(bytes, Optional.of(PackDirectory.read(pack, head, tail, context)));
  }

  /// Whether every blob of a sound pack decodes to its chunk: a delta does not when what it was
  /// made against is lost.
  ///
  /// @param unsure packs that could not be read
  /// @throws IOException when that could not be read
  static boolean decodes(Contents contents, BlobReopener blobs, Set<ObjectId> unsure)
      throws IOException {
    PackDirectory directory = contents.directory().orElseThrow();
    for (BlobEntry entry : directory.entries()) {
      try {
        Location at = Location.of(directory.pack(), directory.content(), entry);
        reopen(contents, at, blobs, unsure);
      } catch (CorruptData e) {
        return false;
      }
    }
    return true;
  }

  /// Decodes a blob of a pack.
  ///
  /// @param unsure packs that could not be read: what is in no index may lie in them
  /// @throws CorruptData when it is damaged, or what it was made against is damaged or lost
  /// @throws IOException when what it was made against could not be read
  static Blob reopen(Contents contents, Location at, BlobReopener blobs, Set<ObjectId> unsure)
      throws IOException, CorruptData {
    Slice bytes = contents.bytes();
    if (at.place().end() > bytes.length()) {
      throw BlobDecoder.subject(at)
          .corrupt("end", "the end of the pack", Integer.toString(at.place().end()));
    }
    int from = bytes.offset() + at.place().offset();
    try {
      return blobs.reopen(at, Slice.of(bytes.bytes(), from, at.place().storedLength()));
    } catch (ObjectMissing e) {
      throw lostBase(at);
    } catch (ChunkMissing e) {
      if (unsure.isEmpty()) {
        throw lostBase(at);
      }
      throw new IOException(
          "it needs chunk " + e.id() + ", which may be in a pack that cannot be read", e);
    }
  }

  private static CorruptData lostBase(Location at) {
    return BlobDecoder.subject(at).corrupt("base", "nothing", String.valueOf(at.base()));
  }
}

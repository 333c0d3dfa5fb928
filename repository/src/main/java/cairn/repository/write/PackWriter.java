package cairn.repository.write;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.index.Location;
import cairn.repository.pack.Blob;
import cairn.repository.pack.PackBuilder;
import cairn.repository.pack.PackContent;
import cairn.repository.pack.Packs;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Gathers blobs into packs, data and nodes apart, and publishes what is full. Not safe for use by
/// several threads.
public final class PackWriter implements AutoCloseable {
  /// What a pack of tiny blobs is full at: its directory has to fit in memory several times.
  public static final int BLOBS_MAX = 1 << 16;

  private final Packs packs;
  private final ObjectId session;
  private final int targetBytes;
  private final RandomGenerator chance;
  private final PackBuffers buffers;
  private final PackPublisher publisher;
  private final Map<PackContent, PackBuilder> open = new EnumMap<>(PackContent.class);

  public PackWriter(Packs packs, ObjectId session, Tools tools) {
    this.packs = packs;
    this.session = session;
    this.targetBytes = tools.packTargetBytes;
    this.chance = tools.chance;
    this.buffers = new PackBuffers(targetBytes, packs.parityPercent());
    this.publisher = new PackPublisher(packs.storage(), buffers, tools.publishers);
  }

  /// What packs are written with.
  ///
  /// @param packTargetBytes from which size on a pack is full
  /// @param chance for the names of packs
  /// @param publishers how many packs are published at once, beside the work; 0 to do it in between
  public record Tools(int packTargetBytes, RandomGenerator chance, int publishers) {}

  /// Takes in a blob; it is durable only after [#flush()].
  ///
  /// @return where it will lie
  public Location append(PackContent content, Blob blob) throws IOException, CorruptData {
    PackBuilder pack = open.get(content);
    if (pack == null) {
      pack = newPack(content);
      open.put(content, pack);
    }
    Location location = Location.of(pack.pack(), content, pack.append(blob));
    if (pack.size() >= targetBytes || pack.count() >= BLOBS_MAX) {
      open.remove(content);
      publisher.publish(pack);
    }
    return location;
  }

  private PackBuilder newPack(PackContent content) {
    ObjectId id = ObjectId.random(chance);
    return new PackBuilder(packs, id, session, content, buffers.take(content));
  }

  /// Publishes everything, whatever its size.
  ///
  /// @return the bytes of all packs published so far
  public long flush() throws IOException, CorruptData {
    for (PackBuilder pack : open.values()) {
      publisher.publish(pack);
    }
    open.clear();
    return publisher.drain();
  }

  @Override
  public void close() {
    publisher.close();
  }
}

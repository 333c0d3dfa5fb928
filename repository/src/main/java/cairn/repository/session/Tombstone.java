package cairn.repository.session;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Frame;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A collector's list of packs about to go, `gc/<id>`; never renamed, because a listing may miss
/// what is renamed while it runs. Writers do not deduplicate against what is in them.
/// Little-endian.
///
/// | bytes  | field                        |
/// |-------:|------------------------------|
/// |     32 | [Frame], kind `TOMBSTONE`    |
/// |     16 | tombstone id                 |
/// |      4 | number of packs, N           |
/// | 16 x N | pack ids, ascending          |
/// |      4 | CRC-32C of everything before |
public record Tombstone(ObjectId id, List<ObjectId> packs) {
  public static final String PREFIX = "gc";

  public Tombstone {
    packs = List.copyOf(packs);
  }

  public byte[] toBytes(ObjectId repository) {
    ByteWriter out = new ByteWriter(56 + packs.size() * ObjectId.BYTES);
    Frame.write(out, Frame.Kind.TOMBSTONE, repository);
    out.id(id).u32(packs.size());
    packs.forEach(out::id);
    return out.u32(out.crc(0)).toBytes();
  }

  public static Tombstone read(ObjectId id, byte[] bytes, ObjectId repository)
      throws CorruptData, IOException {
    Subject subject = Subject.of("tombstone", id.toString());
    SessionRecord.checkCrc(bytes, subject);
    ByteReader in = new ByteReader(bytes, 0, bytes.length - 4, subject);
    Frame.read(in, Frame.Kind.TOMBSTONE, repository, subject);
    ObjectId named = in.objectId();
    subject.check(named.equals(id), "tombstone id", named, id);
    int count = in.length(in.remaining() / ObjectId.BYTES, "packs");
    List<ObjectId> packs = new ArrayList<>(count);
    for (int slot = 0; slot < count; slot++) {
      ObjectId pack = in.objectId();
      boolean ascending = slot == 0 || packs.get(slot - 1).compareTo(pack) < 0;
      subject.slot(slot).check(ascending, "order", pack, "ascending");
      packs.add(pack);
    }
    in.end();
    return new Tombstone(id, packs);
  }
}

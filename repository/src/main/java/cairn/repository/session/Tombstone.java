package cairn.repository.session;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Frame;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// A collector's list of packs about to go, `gc/<id>`; never renamed, because a listing may miss
/// what is renamed while it runs. Writers do not deduplicate against what is in them, in either
/// state. Little-endian.
///
/// | bytes  | field                                                           |
/// |-------:|-----------------------------------------------------------------|
/// |     32 | [Frame], kind `TOMBSTONE`                                       |
/// |     16 | tombstone id                                                    |
/// |      1 | state, see [State]                                              |
/// |      3 | zero                                                            |
/// |     16 | author: who wrote it in this state, at random                   |
/// |      4 | number of packs, N                                              |
/// | 16 x N | pack ids, ascending                                             |
/// |      4 | CRC-32C of everything before                                    |
///
/// @param author tells one's own success from that of another who decided the same
public record Tombstone(ObjectId id, State state, ObjectId author, List<ObjectId> packs) {
  public static final String PREFIX = "gc";

  /// What has been decided. The one change is from the first to the second, by compare-and-set.
  public enum State {
    /// May go, when nothing has come to need it until all who might not know of this have ended.
    CANDIDATE(1),
    /// Will go: nothing refers to it, and nothing ever will.
    DOOMED(2);

    private final int number;

    State(int number) {
      this.number = number;
    }

    static State of(int number, Subject subject) throws CorruptData {
      subject.check(number == 1 || number == 2, "state", number, "1 (candidate) or 2 (doomed)");
      return values()[number - 1];
    }
  }

  public Tombstone {
    packs = List.copyOf(packs);
  }

  /// A new list of packs that may go.
  public static Tombstone candidate(ObjectId id, Collection<ObjectId> packs) {
    return new Tombstone(id, State.CANDIDATE, id, packs.stream().sorted().distinct().toList());
  }

  /// What is left of it once it is certain.
  public Tombstone doomed(ObjectId newAuthor, Collection<ObjectId> certain) {
    return new Tombstone(
        id, State.DOOMED, newAuthor, certain.stream().sorted().distinct().toList());
  }

  public String name() {
    return PREFIX + "/" + id;
  }

  public byte[] toBytes(ObjectId repository) {
    ByteWriter out = new ByteWriter(76 + packs.size() * ObjectId.BYTES);
    Frame.write(out, Frame.Kind.TOMBSTONE, repository);
    out.id(id).u8(state.number).u8(0).u16(0).id(author).u32(packs.size());
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
    State state = State.of(in.u8(), subject);
    subject.checkEqual(in.u8(), 0, "reserved");
    subject.checkEqual(in.u16(), 0, "reserved");
    ObjectId author = in.objectId();
    int count = in.length(in.remaining() / ObjectId.BYTES, "packs");
    List<ObjectId> packs = new ArrayList<>(count);
    for (int slot = 0; slot < count; slot++) {
      ObjectId pack = in.objectId();
      boolean ascending = slot == 0 || packs.get(slot - 1).compareTo(pack) < 0;
      subject.slot(slot).check(ascending, "order", pack, "ascending");
      packs.add(pack);
    }
    in.end();
    return new Tombstone(id, state, author, packs);
  }
}

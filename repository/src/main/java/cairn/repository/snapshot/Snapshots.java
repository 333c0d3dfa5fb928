package cairn.repository.snapshot;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Crc32c;
import cairn.base.bytes.Frame;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import cairn.repository.crypto.Protection;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// How a snapshot is written. Little-endian.
///
/// | bytes  | field                                                                       |
/// |-------:|-----------------------------------------------------------------------------|
/// |     32 | [Frame], kind `SNAPSHOT`                                                    |
/// |     16 | snapshot id                                                                 |
/// |     16 | session id                                                                  |
/// |      8 | when it was received, milliseconds since 1970                               |
/// |      4 | number of roots, N                                                          |
/// | 32 x N | roots: the ids of the volumes' root nodes, in their order                   |
/// |      4 | length of the details                                                       |
/// |        | details: JSON, encrypted when the repository is, role `snapshot`, own name  |
/// |     32 | seal over everything before, role `snapshot`, own name                      |
/// |      4 | CRC-32C of everything before                                                |
///
/// A collector without the key reads everything up to the details.
public record Snapshots(ObjectId repository, Protection protection) {
  private static final String ROLE = "snapshot";
  private static final int TAIL_BYTES = Protection.SEAL_BYTES + 4;

  public byte[] write(Snapshot snapshot, RandomGenerator chance) {
    String name = snapshot.name();
    ByteWriter out = new ByteWriter(4096);
    Frame.write(out, Frame.Kind.SNAPSHOT, repository);
    out.id(snapshot.id()).id(snapshot.session()).u64(snapshot.received().toEpochMilli());
    List<ChunkId> roots = roots(snapshot.details());
    out.u32(roots.size());
    roots.forEach(out::id);
    byte[] plain = DetailsJson.write(snapshot.details());
    byte[] details = protection.encryptRecord(ROLE, name, plain, chance);
    out.u32(details.length).raw(details);
    out.raw(protection.seal(ROLE, name, out.buffer(), 0, out.size()));
    return out.u32(out.crc(0)).toBytes();
  }

  public Snapshot read(String group, ObjectId id, byte[] bytes) throws CorruptData, IOException {
    String name = Snapshot.name(group, id);
    Subject subject = Subject.of(ROLE, id.toString());
    ByteReader in = checkTail(name, bytes, subject);
    Frame.read(in, Frame.Kind.SNAPSHOT, repository, subject);
    ObjectId named = in.objectId();
    subject.check(named.equals(id), "snapshot id", named, id);
    ObjectId session = in.objectId();
    Instant received = Instant.ofEpochMilli(in.u64());
    int count = in.length(in.remaining() / ChunkId.BYTES, "roots");
    List<ChunkId> roots = new ArrayList<>(count);
    for (int slot = 0; slot < count; slot++) {
      roots.add(in.chunkId());
    }
    byte[] stored = in.raw(in.length(in.remaining(), "details length"));
    in.end();
    Details details =
        DetailsJson.read(protection.decryptRecord(ROLE, name, stored, subject), subject);
    subject.check(roots.equals(roots(details)), "roots", roots, roots(details));
    return new Snapshot(id, session, group, received, details);
  }

  private ByteReader checkTail(String name, byte[] bytes, Subject subject)
      throws CorruptData, IOException {
    subject.check(bytes.length >= Frame.BYTES + TAIL_BYTES, "size", bytes.length, "a whole record");
    int sealed = bytes.length - TAIL_BYTES;
    int crc = new ByteReader(bytes, bytes.length - 4, 4, subject).u32();
    subject.checkEqual(crc, Crc32c.of(bytes, 0, bytes.length - 4), "crc");
    Frame.read(new ByteReader(bytes, 0, sealed, subject), Frame.Kind.SNAPSHOT, repository, subject);
    byte[] seal = protection.seal(ROLE, name, bytes, 0, sealed);
    subject.check(
        Arrays.equals(seal, 0, seal.length, bytes, sealed, sealed + seal.length),
        "seal",
        "another",
        "that of " + name);
    return new ByteReader(bytes, 0, sealed, subject);
  }

  private static List<ChunkId> roots(Details details) {
    List<ChunkId> roots = new ArrayList<>();
    details.volumes().forEach(volume -> volume.root().ifPresent(root -> roots.add(root.id())));
    return roots;
  }
}

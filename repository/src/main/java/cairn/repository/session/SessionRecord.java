package cairn.repository.session;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Crc32c;
import cairn.base.bytes.Frame;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import java.io.IOException;
import java.time.Instant;

/// What a session says of itself. Its state is not in it but in its name: `sessions/open/<id>`,
/// `sessions/committed/<id>` or `sessions/fenced/<id>`. Little-endian.
///
/// | bytes | field                                                        |
/// |------:|--------------------------------------------------------------|
/// |    32 | [Frame], kind `SESSION`                                      |
/// |    16 | session id                                                   |
/// |     8 | when it was opened, milliseconds since 1970, writer's clock  |
/// |     8 | process id                                                   |
/// |  text | host                                                         |
/// |  text | boot id                                                      |
/// |  text | program                                                      |
/// |     4 | CRC-32C of everything before                                 |
///
/// A text is its length in bytes (u16) and UTF-8. A session record is not sealed: a server without
/// the key opens sessions too, and nothing but liveness depends on what is in it.
public record SessionRecord(ObjectId id, Instant opened, Owner owner) {
  public byte[] toBytes(ObjectId repository) {
    ByteWriter out = new ByteWriter(256);
    Frame.write(out, Frame.Kind.SESSION, repository);
    out.id(id).u64(opened.toEpochMilli()).u64(owner.pid());
    out.text(owner.host()).text(owner.bootId()).text(owner.program());
    return out.u32(out.crc(0)).toBytes();
  }

  public static SessionRecord read(ObjectId id, byte[] bytes, ObjectId repository)
      throws CorruptData, IOException {
    Subject subject = Subject.of("session", id.toString());
    checkCrc(bytes, subject);
    ByteReader in = new ByteReader(bytes, 0, bytes.length - 4, subject);
    Frame.read(in, Frame.Kind.SESSION, repository, subject);
    ObjectId named = in.objectId();
    subject.check(named.equals(id), "session id", named, id);
    Instant opened = Instant.ofEpochMilli(in.u64());
    long pid = in.u64();
    Owner owner = new Owner(in.text("host"), in.text("boot id"), pid, in.text("program"));
    in.end();
    return new SessionRecord(id, opened, owner);
  }

  /// Checks the CRC-32C at the end of a record.
  public static void checkCrc(byte[] bytes, Subject subject) throws CorruptData {
    subject.check(bytes.length > 4, "size", bytes.length, "more than 4");
    int crc = new ByteReader(bytes, bytes.length - 4, 4, subject).u32();
    subject.checkEqual(crc, Crc32c.of(bytes, 0, bytes.length - 4), "crc");
  }
}

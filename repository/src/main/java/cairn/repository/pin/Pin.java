package cairn.repository.pin;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Frame;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import cairn.repository.session.SessionRecord;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Somebody's wish that a snapshot be kept, `pins/<snapshot id>/<pin id>`. Little-endian.
///
/// | bytes | field                                                     |
/// |------:|-----------------------------------------------------------|
/// |    32 | [Frame], kind `PIN`                                       |
/// |    16 | pin id                                                    |
/// |    16 | snapshot id                                               |
/// |     8 | when it was made, milliseconds since 1970, writer's clock |
/// |  text | reason                                                    |
/// |     4 | CRC-32C of everything before                              |
///
/// Not sealed and not encrypted: it is the name that pins, and a server without the key must be
/// able to tell people why.
public record Pin(ObjectId id, ObjectId snapshot, Instant made, String reason) {
  public Pin {
    made = made.truncatedTo(ChronoUnit.MILLIS);
  }

  public String name() {
    return Pins.prefix(snapshot) + "/" + id;
  }

  public byte[] toBytes(ObjectId repository) {
    ByteWriter out = new ByteWriter(256);
    Frame.write(out, Frame.Kind.PIN, repository);
    out.id(id).id(snapshot).u64(made.toEpochMilli()).text(reason);
    return out.u32(out.crc(0)).toBytes();
  }

  public static Pin read(ObjectId snapshot, ObjectId id, byte[] bytes, ObjectId repository)
      throws CorruptData, IOException {
    Subject subject = Subject.of("pin", id.toString());
    SessionRecord.checkCrc(bytes, subject);
    ByteReader in = new ByteReader(bytes, 0, bytes.length - 4, subject);
    Frame.read(in, Frame.Kind.PIN, repository, subject);
    ObjectId named = in.objectId();
    subject.check(named.equals(id), "pin id", named, id);
    ObjectId pinned = in.objectId();
    subject.check(pinned.equals(snapshot), "snapshot id", pinned, snapshot);
    Instant made = Instant.ofEpochMilli(in.u64());
    String reason = in.text("reason");
    in.end();
    return new Pin(id, snapshot, made, reason);
  }
}

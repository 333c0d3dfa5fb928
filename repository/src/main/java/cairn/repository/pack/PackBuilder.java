package cairn.repository.pack;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Crc32c;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import cairn.repository.crypto.BlobCipher;
import cairn.repository.crypto.Protection;
import cairn.repository.parity.Parity;
import cairn.repository.parity.ParityPlace;
import cairn.storage.Content;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A pack in the making, in memory. Not safe for use by several threads.
public final class PackBuilder {
  private final Packs packs;
  private final ObjectId pack;
  private final ObjectId session;
  private final PackContent content;
  private final Protection protection;
  private final BlobCipher cipher;
  private final ByteWriter out;
  private final List<BlobEntry> entries = new ArrayList<>();

  /// @param pack a name never used before
  /// @param out where the pack is built; whatever it holds is dropped
  public PackBuilder(
      Packs packs, ObjectId pack, ObjectId session, PackContent content, ByteWriter out) {
    this.packs = packs;
    this.pack = pack;
    this.session = session;
    this.content = content;
    this.protection = packs.protection();
    this.cipher = protection.blobCipher(pack);
    this.out = out;
    out.clear();
    PackDirectory.writeHead(out, packs.repository(), pack, session);
  }

  public ObjectId pack() {
    return pack;
  }

  public PackContent content() {
    return content;
  }

  /// In bytes so far, without the directory.
  public int size() {
    return out.size();
  }

  /// The number of blobs so far.
  public int count() {
    return entries.size();
  }

  /// Encrypts a blob where the repository asks for it, and takes it in.
  ///
  /// @throws CorruptData when what was encrypted does not decrypt to the same bytes again
  public BlobEntry append(Blob blob) throws CorruptData {
    int offset = out.size();
    out.raw(blob.clear().bytes(), blob.clear().offset(), blob.clear().length());
    if (protection.overheadBytes() == 0) {
      out.raw(blob.encoded().bytes(), blob.encoded().offset(), blob.encoded().length());
    } else {
      appendEncrypted(blob, offset);
    }
    int stored = out.size() - offset;
    BlobEntry entry =
        new BlobEntry(
            blob.id(),
            new BlobEntry.Place(offset, stored, blob.rawLength()),
            Crc32c.of(out.buffer(), offset, stored),
            blob.encoding(),
            blob.base());
    entries.add(entry);
    return entry;
  }

  private void appendEncrypted(Blob blob, int offset) throws CorruptData {
    Slice clear = blob.clear();
    Slice plain = blob.encoded();
    byte[] aad = Arrays.copyOfRange(clear.bytes(), clear.offset(), clear.offset() + clear.length());
    int from = out.size();
    int stored = plain.length() + protection.overheadBytes();
    out.padTo(from + stored);
    Slice target = Slice.of(out.buffer(), from, stored);
    cipher.encrypt(offset, aad, plain, target);
    byte[] again = new byte[plain.length()];
    Subject subject = PackDirectory.subject(pack).slot(entries.size());
    cipher.decrypt(offset, aad, target, Slice.of(again), subject);
    subject.check(
        Arrays.equals(
            again, 0, again.length, plain.bytes(), plain.offset(), plain.offset() + plain.length()),
        "decrypted blob",
        "another",
        blob.id());
  }

  /// Completes the pack, then reads it back from the finished bytes as any reader would: what does
  /// not pass is never published.
  public Finished finish() throws CorruptData, IOException {
    PackDirectory plain = new PackDirectory(pack, session, content, entries, 0);
    Optional<ParityPlace> parity = PackParity.plan(packs, plain);
    int parityBytes = parity.map(ParityPlace::sectionBytes).orElse(0);
    PackDirectory directory = new PackDirectory(pack, session, content, entries, parityBytes);
    directory.check(directory.offset(), protection.overheadBytes());
    out.padTo(directory.offset());
    directory.writeTo(out, protection);
    parity.ifPresent(place -> Parity.write(place, out.buffer()));
    readBack();
    return new Finished(directory, Content.of(out.buffer(), 0, out.size()));
  }

  private void readBack() throws CorruptData, IOException {
    PackBytes finished = new PackBytes(packs, pack, out.buffer(), out.size());
    PackDirectory read = finished.directory();
    Subject subject = PackDirectory.subject(pack);
    for (int slot = 0; slot < read.entries().size(); slot++) {
      int crc = finished.crc(read.entries().get(slot));
      subject.slot(slot).checkEqual(crc, entries.get(slot).crc(), "crc");
    }
    finished.checkParity(read);
  }

  /// Ends the use of the pack's memory, [Finished#content] included.
  ///
  /// @return where the pack was built
  public ByteWriter release() {
    return out;
  }

  /// A complete pack, ready to be published.
  public record Finished(PackDirectory directory, Content content) {}
}

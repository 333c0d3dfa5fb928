package cairn.repository.pack;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Frame;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import cairn.repository.chunk.Encoding;
import cairn.repository.crypto.Protection;
import cairn.repository.parity.ParityPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a pack says of itself: a head, then the blobs without gap, then parity where the repository
/// has it, then this directory, then a footer.
///
/// Head: [Frame], then pack id and session id (16 bytes each). Directory: the [BlobEntry]s in order
/// of offset. Footer, the last 52 bytes, little-endian:
///
/// | offset | bytes | field                                                            |
/// |-------:|------:|------------------------------------------------------------------|
/// |      0 |     1 | content, see [PackContent]                                       |
/// |      1 |     3 | length of the parity section in KiB, see [ParityPlace]; 0: none  |
/// |      4 |     4 | number of blobs, 1..[#BLOBS_MAX]                                 |
/// |      8 |     4 | offset of the directory from the start of the pack               |
/// |     12 |     4 | length of the directory in bytes                                 |
/// |     16 |    32 | seal over head, directory and footer up to here, role `pack`     |
/// |     48 |     4 | CRC-32C of head, directory and footer up to here                 |
///
/// @param session that wrote the pack
/// @param parityBytes length of the parity section, a multiple of 1,024; 0 when there is none
public record PackDirectory(
    ObjectId pack,
    ObjectId session,
    PackContent content,
    List<BlobEntry> entries,
    int parityBytes) {
  public static final int HEAD_BYTES = Frame.BYTES + 2 * ObjectId.BYTES;
  public static final int FOOTER_BYTES = 52;

  /// Above any pack that a writer makes, below what would need unsigned arithmetic.
  public static final int PACK_BYTES_MAX = 1 << 30;

  public static final int BLOBS_MAX = PACK_BYTES_MAX / BlobEntry.BYTES;

  private static final int SEALED_BYTES = 16;

  public PackDirectory {
    entries = List.copyOf(entries);
  }

  public static Subject subject(ObjectId pack) {
    return Subject.of("pack", pack.toString());
  }

  static void writeHead(ByteWriter out, ObjectId repository, ObjectId pack, ObjectId session) {
    Frame.write(out, Frame.Kind.PACK, repository);
    out.id(pack).id(session);
  }

  public int blobsEnd() {
    return entries.isEmpty() ? HEAD_BYTES : entries.getLast().place().end();
  }

  /// Where the directory begins.
  public int offset() {
    return parityBytes == 0 ? blobsEnd() : ParityPlace.sectionOffset(blobsEnd()) + parityBytes;
  }

  /// In bytes, the footer left out.
  int length() {
    return entries.stream().mapToInt(BlobEntry::encodedBytes).sum();
  }

  /// Appends directory and footer to a pack whose head and blobs are in `out` already.
  void writeTo(ByteWriter out, Protection protection) {
    ByteWriter sealed = new ByteWriter(HEAD_BYTES + entries.size() * 52 + FOOTER_BYTES);
    sealed.raw(out.buffer(), 0, HEAD_BYTES);
    for (BlobEntry entry : entries) {
      writeEntry(sealed, entry);
    }
    int directoryBytes = sealed.size() - HEAD_BYTES;
    int parityKib = parityBytes / 1024;
    sealed.u8(content.number()).u8(parityKib).u16(parityKib >> 8).u32(entries.size());
    sealed.u32(out.size()).u32(directoryBytes);
    sealed.raw(protection.seal("pack", pack.toString(), sealed.buffer(), 0, sealed.size()));
    sealed.u32(sealed.crc(0));
    out.raw(sealed.buffer(), HEAD_BYTES, sealed.size() - HEAD_BYTES);
  }

  private static void writeEntry(ByteWriter out, BlobEntry entry) {
    BlobEntry.Place place = entry.place();
    out.id(entry.id()).u32(place.offset()).u32(place.storedLength()).u32(place.rawLength());
    out.u32(entry.crc()).u8(entry.encoding().number());
    if (entry.base() != null) {
      out.id(entry.base());
    }
  }

  /// Reads and checks the directory of a pack of which head and tail are given.
  ///
  /// @param head the first [#HEAD_BYTES] bytes
  /// @param tail the last bytes, beginning at or before the directory
  public static PackDirectory read(ObjectId pack, byte[] head, byte[] tail, Context context)
      throws CorruptData, IOException {
    Subject subject = subject(pack);
    Footer footer = Footer.read(tail, subject);
    int from = footer.directoryStart(context.packBytes, tail.length, subject);
    ByteWriter sealed = new ByteWriter(HEAD_BYTES + tail.length - from);
    sealed.raw(head, 0, HEAD_BYTES).raw(tail, from, tail.length - from);
    int sealEnd = sealed.size() - FOOTER_BYTES + SEALED_BYTES + 32;
    int crc = new ByteReader(sealed.buffer(), sealEnd, 4, subject).u32();
    subject.checkEqual(crc, cairn.base.bytes.Crc32c.of(sealed.buffer(), 0, sealEnd), "crc");
    ByteReader headIn = new ByteReader(head, 0, HEAD_BYTES, subject);
    Frame.read(headIn, Frame.Kind.PACK, context.repository, subject);
    ObjectId named = headIn.objectId();
    subject.check(named.equals(pack), "pack id", named, pack);
    ObjectId session = headIn.objectId();
    byte[] seal =
        context.protection.seal("pack", pack.toString(), sealed.buffer(), 0, sealEnd - 32);
    subject.check(
        Arrays.equals(seal, 0, 32, sealed.buffer(), sealEnd - 32, sealEnd),
        "seal",
        "another",
        "ours");
    ByteReader in = new ByteReader(sealed.buffer(), HEAD_BYTES, footer.directoryBytes, subject);
    List<BlobEntry> entries = new ArrayList<>(footer.count);
    for (int slot = 0; slot < footer.count; slot++) {
      entries.add(readEntry(in, subject.slot(slot)));
    }
    in.end();
    PackDirectory directory =
        new PackDirectory(pack, session, footer.content, entries, footer.parityBytes);
    directory.check(footer.directoryOffset, context.protection.overheadBytes());
    return directory;
  }

  private static BlobEntry readEntry(ByteReader in, Subject subject) throws CorruptData {
    ChunkId id = in.chunkId();
    int offset = in.length(PACK_BYTES_MAX, "offset");
    int stored = in.length(PACK_BYTES_MAX, "stored length");
    int raw = in.length(PACK_BYTES_MAX, "raw length");
    int crc = in.u32();
    Encoding encoding = Encoding.of(in.u8(), subject);
    @Nullable ChunkId base = encoding == Encoding.ZSTD_DELTA ? in.chunkId() : null;
    return new BlobEntry(id, new BlobEntry.Place(offset, stored, raw), crc, encoding, base);
  }

  /// The logic of the directory: blobs lie without gap or overlap from the head to the directory,
  /// and no length contradicts its encoding. Run before a pack is sealed and after one is read.
  ///
  /// @param end where the directory begins
  /// @param overheadBytes what encryption adds to a blob
  public void check(int end, int overheadBytes) throws CorruptData {
    Subject subject = subject(pack);
    subject.check(!entries.isEmpty(), "blobs", 0, "1 or more");
    int next = HEAD_BYTES;
    for (int slot = 0; slot < entries.size(); slot++) {
      BlobEntry entry = entries.get(slot);
      Subject here = subject.slot(slot);
      BlobEntry.Place place = entry.place();
      here.checkEqual(place.offset(), next, "offset");
      here.check(place.rawLength() > 0, "raw length", place.rawLength(), "1 or more");
      int plain = place.storedLength() - overheadBytes;
      here.check(plain > 0, "stored length", place.storedLength(), "more than " + overheadBytes);
      if (entry.encoding() == Encoding.RAW) {
        here.checkEqual(plain, place.rawLength(), "stored length");
      } else {
        here.check(plain < place.rawLength(), "stored length", plain, "< " + place.rawLength());
      }
      ChunkId base = entry.base();
      here.check(
          (base != null) == (entry.encoding() == Encoding.ZSTD_DELTA), "base", "present", "delta");
      here.check(base == null || !base.equals(entry.id()), "base", "itself", "another chunk");
      here.check(content == PackContent.DATA || base == null, "encoding", "a delta", "no delta");
      here.check(
          place.storedLength() <= end - next, "stored length", place.storedLength(), end - next);
      next += place.storedLength();
    }
    subject.checkEqual(offset(), end, "end of blobs");
  }

  /// What a reader knows of a pack before reading it.
  public record Context(ObjectId repository, Protection protection, long packBytes) {}

  /// The fixed fields of the footer.
  public record Footer(
      PackContent content, int parityBytes, int count, int directoryOffset, int directoryBytes) {
    /// Reads the footer that ends `tail`.
    public static Footer read(byte[] tail, Subject subject) throws CorruptData {
      subject.check(tail.length >= FOOTER_BYTES, "size", tail.length, ">= " + FOOTER_BYTES);
      ByteReader in = new ByteReader(tail, tail.length - FOOTER_BYTES, FOOTER_BYTES, subject);
      PackContent content = PackContent.of(in.u8(), subject);
      int parityKib = in.u8() | (in.u16() << 8);
      int kibMax = PACK_BYTES_MAX / 1024;
      subject.check(parityKib <= kibMax, "KiB of parity", parityKib, "0.." + kibMax);
      int count = in.length(BLOBS_MAX, "blobs");
      int offset = in.length(PACK_BYTES_MAX, "directory offset");
      int length = in.length(PACK_BYTES_MAX, "directory length");
      return new Footer(content, parityKib * 1024, count, offset, length);
    }

    int directoryStart(long packBytes, int tailBytes, Subject subject) throws CorruptData {
      long wanted = (long) directoryOffset + directoryBytes + FOOTER_BYTES;
      subject.checkEqual(packBytes, wanted, "size");
      subject.check(directoryOffset >= HEAD_BYTES, "directory offset", directoryOffset, HEAD_BYTES);
      long from = tailBytes - (long) FOOTER_BYTES - directoryBytes;
      if (from < 0) {
        throw new IllegalArgumentException("tail of " + tailBytes + " bytes is too short");
      }
      return (int) from;
    }
  }
}

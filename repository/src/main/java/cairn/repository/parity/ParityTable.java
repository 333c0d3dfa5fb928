package cairn.repository.parity;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Frame;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What shards a pack has, and how to tell the good ones. Little-endian; cut into pages of
/// [#PAGE_BYTES], each of which ends with its own CRC-32C of pack id, page number and the page up
/// to there, so that of two damaged copies one good one can be put together.
///
/// | offset | bytes | field                                                           |
/// |-------:|------:|-----------------------------------------------------------------|
/// |      0 |    32 | frame of kind PARITY                                            |
/// |     32 |    16 | pack id                                                         |
/// |     48 |     4 | where the blobs end                                             |
/// |     52 |     4 | protected bytes                                                 |
/// |     56 |     4 | bytes of a shard, 1,024 or 4,096                                |
/// |     60 |     4 | groups                                                          |
/// |     64 |     4 | parity shards of each group, 1..5                               |
/// |     68 |   4 x | CRC-32C of each data shard, then of each parity shard           |
/// |        |       | zeros to the end of the last page                               |
///
/// The offsets are those of the table without the CRCs of its pages.
public final class ParityTable {
  public static final int PAGE_BYTES = 1024;

  private static final int CONTENT_BYTES = PAGE_BYTES - 4;
  private static final int HEAD_BYTES = Frame.BYTES + ObjectId.BYTES + 20;

  private final ParityPlace place;
  private final int[] crcs;

  /// @param crcs of the shards, by their numbers; not copied
  ParityTable(ParityPlace place, int[] crcs) {
    this.place = place;
    this.crcs = crcs;
  }

  static int pages(int shards) {
    return Math.ceilDiv(HEAD_BYTES + 4 * shards, CONTENT_BYTES);
  }

  public ParityPlace place() {
    return place;
  }

  int crc(int shard) {
    return crcs[shard];
  }

  /// Puts both copies where they belong.
  void writeTo(byte[] pack) {
    int pages = place.shape().tablePages();
    ByteWriter content = new ByteWriter(pages * CONTENT_BYTES);
    Frame.write(content, Frame.Kind.PARITY, place.repository());
    content.id(place.pack()).u32(place.blobsEnd()).u32(place.shape().protectedBytes());
    content.u32(place.shape().shardBytes()).u32(place.shape().groups());
    content.u32(place.shape().parityShards());
    content.padTo(pages * CONTENT_BYTES);
    crcsIn(content.buffer()).put(crcs);
    ByteWriter page = new ByteWriter(PAGE_BYTES);
    for (int number = 0; number < pages; number++) {
      page.clear();
      page.raw(content.buffer(), number * CONTENT_BYTES, CONTENT_BYTES);
      page.u32(pageCrc(place.pack(), number, page.buffer(), 0));
      for (int copy = 0; copy < 2; copy++) {
        int target = place.pageOffset(copy, number);
        System.arraycopy(page.buffer(), 0, pack, target, PAGE_BYTES);
      }
    }
  }

  /// What the first page alone tells.
  public static ParityPlace readPlace(ObjectId pack, byte[] page, ObjectId repository)
      throws CorruptData, IOException {
    Subject subject = ParityPlace.subject(pack);
    subject.slot(0).check(isGood(pack, 0, page, 0), "page", "damaged", "its CRC");
    return parsePlace(pack, new ByteReader(page, subject), repository);
  }

  /// Reads one copy.
  ///
  /// @param bytes the copy, and nothing else
  public static ParityTable read(ObjectId pack, byte[] bytes, ObjectId repository)
      throws CorruptData, IOException {
    Subject subject = ParityPlace.subject(pack);
    ByteWriter content = new ByteWriter(bytes.length);
    for (int page = 0; page * PAGE_BYTES < bytes.length; page++) {
      int from = page * PAGE_BYTES;
      subject.slot(page).check(isGood(pack, page, bytes, from), "page", "damaged", "its CRC");
      content.raw(bytes, from, CONTENT_BYTES);
    }
    return parse(pack, content.toBytes(), repository);
  }

  /// Finds a table in a damaged pack, from whatever is left of its two copies. Needs neither head
  /// nor footer.
  ///
  /// @throws CorruptData when not enough is left, or when there never was one
  /// @throws IOException when a newer Cairn wrote it
  public static ParityTable find(ObjectId pack, byte[] damaged, ObjectId repository)
      throws CorruptData, IOException {
    ByteWriter start = new ByteWriter(HEAD_BYTES);
    Frame.write(start, Frame.Kind.PARITY, repository);
    byte[] mark = start.id(pack).toBytes();
    CorruptData failure = ParityPlace.subject(pack).corrupt("table", "none", "a parity section");
    for (int at = 0; at + PAGE_BYTES <= damaged.length; at += PAGE_BYTES) {
      if (Arrays.equals(damaged, at, at + mark.length, mark, 0, mark.length)
          && isGood(pack, 0, damaged, at)) {
        try {
          return assemble(pack, damaged, at, repository);
        } catch (CorruptData e) {
          failure = e;
        }
      }
    }
    throw failure;
  }

  /// @param at where a good first page was met
  private static ParityTable assemble(ObjectId pack, byte[] damaged, int at, ObjectId repository)
      throws CorruptData, IOException {
    ByteReader head = new ByteReader(damaged, at, CONTENT_BYTES, ParityPlace.subject(pack));
    ParityPlace place = parsePlace(pack, head, repository);
    ByteWriter content = new ByteWriter(place.shape().tableBytes());
    for (int page = 0; page < place.shape().tablePages(); page++) {
      byte[] good = goodCopy(place, page, damaged);
      content.raw(good, 0, CONTENT_BYTES);
    }
    return parse(pack, content.toBytes(), repository);
  }

  private static byte[] goodCopy(ParityPlace place, int page, byte[] damaged) throws CorruptData {
    for (int copy = 0; copy < 2; copy++) {
      int from = place.pageOffset(copy, page);
      if (isGood(place.pack(), page, damaged, from)) {
        return Arrays.copyOfRange(damaged, from, from + PAGE_BYTES);
      }
    }
    throw place.subject().slot(page).corrupt("page", "damaged in both copies", "one good copy");
  }

  private static ParityTable parse(ObjectId pack, byte[] content, ObjectId repository)
      throws CorruptData, IOException {
    Subject subject = ParityPlace.subject(pack);
    ByteReader in = new ByteReader(content, subject);
    ParityPlace place = parsePlace(pack, in, repository);
    int expect = place.shape().tablePages() * CONTENT_BYTES;
    subject.checkEqual(content.length, expect, "length of the table");
    int[] crcs = new int[place.shape().shards()];
    crcsIn(content).get(crcs);
    in.skip(4 * crcs.length);
    byte[] rest = in.raw(in.remaining());
    subject.checkZeros(rest, 0, rest.length, "padding");
    return new ParityTable(place, crcs);
  }

  /// All at once: one by one they would be the hottest loop of a short backup.
  private static IntBuffer crcsIn(byte[] content) {
    return ByteBuffer.wrap(content, HEAD_BYTES, content.length - HEAD_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer();
  }

  private static ParityPlace parsePlace(ObjectId pack, ByteReader in, ObjectId repository)
      throws CorruptData, IOException {
    Subject subject = ParityPlace.subject(pack);
    Frame.read(in, Frame.Kind.PARITY, repository, subject);
    ObjectId named = in.objectId();
    subject.check(named.equals(pack), "pack id", named, pack);
    int blobsEnd = in.length(ParityPlace.PACK_BYTES_MAX, "end of blobs");
    int protectedBytes = in.length(ParityPlace.PACK_BYTES_MAX, "protected bytes");
    int shardBytes = in.length(ParityShape.LARGE, "bytes of a shard");
    int groups = in.length(ParityPlace.PACK_BYTES_MAX, "groups");
    int parityShards = in.length(ReedSolomon.PARITY_MAX, "parity shards");
    ParityShape shape = new ParityShape(protectedBytes, shardBytes, groups, parityShards);
    ParityPlace place = new ParityPlace(repository, pack, blobsEnd, shape);
    subject.check(place.isValid(), "shape", shape, "one that the format allows");
    return place;
  }

  private static boolean isGood(ObjectId pack, int number, byte[] bytes, int from) {
    if (bytes.length - from < PAGE_BYTES) {
      return false;
    }
    ByteWriter crc = new ByteWriter(4).u32(pageCrc(pack, number, bytes, from));
    int at = from + CONTENT_BYTES;
    return Arrays.equals(bytes, at, at + 4, crc.buffer(), 0, 4);
  }

  private static int pageCrc(ObjectId pack, int number, byte[] bytes, int from) {
    CRC32C crc = new CRC32C();
    crc.update(new ByteWriter(20).id(pack).u32(number).buffer());
    crc.update(bytes, from, CONTENT_BYTES);
    return (int) crc.getValue();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ParityTable table
        && table.place.equals(place)
        && Arrays.equals(table.crcs, crcs);
  }

  @Override
  public int hashCode() {
    return 31 * place.hashCode() + Arrays.hashCode(crcs);
  }
}

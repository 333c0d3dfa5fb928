package cairn.filesystem.btrfs.file;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.FileExtent;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.btrfs.tree.Tree;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The content of a file.
final class FileContent implements BlockReader {
  /// The kernel compresses no more than 128 KiB at once.
  private static final long PLAIN_BYTES_MAX = 1 << 20;

  private static final int READ_BYTES = 1 << 20;

  /// What the last compressed extent was, which is most likely asked for again.
  private record Plain(long address, Fields fields) {}

  private final Store store;
  private final Tree tree;
  private final long number;
  private final long size;
  private final boolean sealed;
  private volatile @Nullable Plain latest;

  /// @param sealed whether its data has checksums
  FileContent(Store store, Tree tree, long number, long size, boolean sealed) {
    this.store = store;
    this.tree = tree;
    this.number = number;
    this.size = size;
    this.sealed = sealed;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int blockSize() {
    return store.sectorBytes();
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    checkRange(offset, length);
    List<Extent> extents = new ArrayList<>();
    long end = offset + length;
    long at = offset;
    for (Piece piece : pieces(offset, length)) {
      if (piece.isData()) {
        add(extents, at, Math.max(at, piece.start()), Extent.State.HOLE);
        long from = Math.max(at, piece.start());
        at = Math.max(from, Math.min(end, roundUp(piece.end())));
        add(extents, from, at, Extent.State.DATA);
      }
    }
    add(extents, at, end, Extent.State.HOLE);
    return extents;
  }

  private long roundUp(long bytes) {
    return Math.ceilDiv(bytes, (long) store.sectorBytes()) * store.sectorBytes();
  }

  private static void add(List<Extent> extents, long from, long to, Extent.State state) {
    if (to <= from) {
      return;
    }
    if (!extents.isEmpty() && extents.getLast().state() == state) {
      long start = extents.removeLast().offset();
      extents.add(new Extent(start, to - start, state));
    } else {
      extents.add(new Extent(from, to - from, state));
    }
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    checkRange(offset, length);
    Arrays.fill(target, from, from + length, (byte) 0);
    for (Piece piece : pieces(offset, length)) {
      long low = Math.max(offset, piece.start());
      long high = Math.min(offset + length, piece.end());
      if (piece.isData() && low < high) {
        try {
          read(piece, low, (int) (high - low), target, from + (int) (low - offset));
        } catch (CorruptData e) {
          throw new IOException("the file is damaged at " + low + ": " + e.getMessage(), e);
        } catch (NotHere e) {
          throw new IOException("the file cannot be read at " + low + ": " + e.why(), e);
        }
      }
    }
  }

  private void checkRange(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a file of " + size);
    }
  }

  private void read(Piece piece, long offset, int length, byte[] target, int to)
      throws IOException, CorruptData, NotHere {
    long within = offset - piece.start() + piece.extentOffset();
    if (piece.address() == 0 || piece.compression() != 0) {
      System.arraycopy(plain(piece), (int) within, target, to, length);
      return;
    }
    int sector = store.sectorBytes();
    long first = Math.floorDiv(within, (long) sector) * sector;
    long end = roundUp(within + length);
    for (long at = first; at < end; at += READ_BYTES) {
      int count = (int) Math.min(READ_BYTES, end - at);
      byte[] bytes = store.data().read(piece.address() + at, count, sealed);
      long low = Math.max(at, within);
      long high = Math.min(at + count, within + length);
      System.arraycopy(
          bytes, (int) (low - at), target, to + (int) (low - within), (int) (high - low));
    }
  }

  /// All of an extent that is inline or compressed.
  private byte[] plain(Piece piece) throws IOException, CorruptData, NotHere {
    Plain known = latest;
    if (piece.address() != 0 && known != null && known.address() == piece.address()) {
      return known.fields().bytes();
    }
    Subject subject =
        Subject.of("extent", Long.toUnsignedString(piece.address())).at("inode " + number);
    long bytes = piece.plainBytes();
    boolean sane = bytes > 0 && bytes <= PLAIN_BYTES_MAX && piece.addressBytes() <= PLAIN_BYTES_MAX;
    subject.check(sane, "decompressed size", bytes, PLAIN_BYTES_MAX);
    if (piece.address() == 0 && piece.compression() == 0) {
      return piece.inline().bytes();
    }
    byte[] packed =
        piece.address() == 0
            ? piece.inline().bytes()
            : store.data().read(piece.address(), (int) piece.addressBytes(), sealed);
    byte[] plain =
        Compression.decompress(
            piece.compression(), packed, (int) bytes, store.sectorBytes(), subject);
    if (piece.address() != 0) {
      latest = new Plain(piece.address(), Fields.littleEndian(plain));
    }
    return plain;
  }

  /// What overlaps a range, in order.
  private List<Piece> pieces(long offset, long length) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    if (length == 0) {
      return pieces;
    }
    try {
      Key first = new Key(number, Key.EXTENT_DATA, offset);
      Optional<Item> before = tree.floor(first);
      if (before.isPresent() && isPiece(before.get())) {
        pieces.add(Piece.of(new FileExtent(before.get())));
      }
      Key low = new Key(number, Key.EXTENT_DATA, offset + 1);
      Key high = new Key(number, Key.EXTENT_DATA, offset + length - 1);
      if (low.compareTo(high) <= 0) {
        tree.<RuntimeException>visit(low, high, item -> pieces.add(Piece.of(new FileExtent(item))));
      }
      return pieces;
    } catch (CorruptData e) {
      throw new IOException("the extents of the file are damaged: " + e.getMessage(), e);
    } catch (NotHere e) {
      throw new IOException("the extents of the file cannot be read: " + e.why(), e);
    }
  }

  private boolean isPiece(Item item) {
    return item.key().objectId() == number && item.type() == Key.EXTENT_DATA;
  }

  @Override
  public void close() {}
}

package cairn.engine.files;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// A node of a file system that is made up.
final class FakeNode implements FileNode {
  static final Instant TIME = Instant.parse("2001-02-03T04:05:06.123456789Z");

  private static final int BLOCK_BYTES = 4096;
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final Id id = new Id(0, NUMBERS.incrementAndGet());
  private final Attributes.Type type;
  private final Map<FileName, FakeNode> entries = new LinkedHashMap<>();
  private final Map<FileName, byte[]> extended = new LinkedHashMap<>();
  private byte[] bytes = new byte[0];
  private int permissions = 0644;
  private Attributes.Owner owner = new Attributes.Owner(0, 0);
  private Attributes.Device device = Attributes.Device.NONE;
  private Instant time = TIME;
  private long links = 1;
  private long hole = -1;
  private long damage = -1;
  private boolean endsEarly;
  private boolean isLost;
  private Runnable onRead = () -> {};

  FakeNode(Attributes.Type type) {
    this.type = type;
  }

  static FakeNode directory() {
    return new FakeNode(Attributes.Type.DIRECTORY).mode(0755);
  }

  static FakeNode file(String text) {
    return file(text.getBytes(StandardCharsets.UTF_8));
  }

  static FakeNode file(byte[] bytes) {
    FakeNode file = new FakeNode(Attributes.Type.REGULAR);
    file.bytes = bytes;
    return file;
  }

  static FakeNode link(String target) {
    FakeNode link = new FakeNode(Attributes.Type.SYMBOLIC_LINK).mode(0777);
    link.bytes = target.getBytes(StandardCharsets.UTF_8);
    return link;
  }

  FakeNode with(String name, FakeNode node) {
    return with(FileName.of(name), node);
  }

  FakeNode with(FileName name, FakeNode node) {
    entries.put(name, node);
    return this;
  }

  FakeNode mode(int mode) {
    permissions = mode;
    return this;
  }

  FakeNode owner(long user, long group) {
    owner = new Attributes.Owner(user, group);
    return this;
  }

  FakeNode device(int major, int minor) {
    device = new Attributes.Device(major, minor);
    return this;
  }

  FakeNode time(Instant modified) {
    time = modified;
    return this;
  }

  FakeNode links(long count) {
    links = count;
    return this;
  }

  FakeNode attribute(String name, byte[] value) {
    extended.put(FileName.of(name), value);
    return this;
  }

  /// This block of its content is a hole.
  FakeNode hole(long block) {
    hole = block;
    return this;
  }

  /// This block of its content is damaged.
  FakeNode damaged(long block) {
    damage = block;
    return this;
  }

  /// It is damaged itself, and its entry good.
  FakeNode lost() {
    isLost = true;
    return this;
  }

  /// After the last of its entries there is damage.
  FakeNode endingEarly() {
    endsEarly = true;
    return this;
  }

  FakeNode onRead(Runnable action) {
    onRead = action;
    return this;
  }

  @Override
  public Id id() {
    return id;
  }

  @Override
  public Attributes attributes() {
    Attributes.Times times = new Attributes.Times(time.plusNanos(1), time, time, Optional.of(time));
    return new Attributes(type, permissions, owner, bytes.length, links, device, times);
  }

  @Override
  public void visit(EntryVisitor visitor) throws IOException, CorruptData, Unreadable {
    for (Map.Entry<FileName, FakeNode> entry : entries.entrySet()) {
      FakeNode node = entry.getValue();
      if (node.isLost) {
        CorruptData damage = Subject.of("inode", "9").corrupt("mode", "0", "a type");
        visitor.lost(entry.getKey(), new Lost(node.id, Optional.of(node.type), damage));
      } else {
        visitor.entry(entry.getKey(), node);
      }
    }
    if (endsEarly) {
      throw Subject.of("directory", "7").corrupt("name length", "0", "1..255");
    }
  }

  @Override
  public Optional<FileNode> child(FileName name) {
    return Optional.ofNullable(entries.get(name));
  }

  @Override
  public byte[] target() {
    return bytes;
  }

  @Override
  public Map<FileName, byte[]> extendedAttributes() {
    return extended;
  }

  @Override
  public BlockReader content() {
    return new Content();
  }

  private final class Content implements BlockReader {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public int blockSize() {
      return BLOCK_BYTES;
    }

    @Override
    public List<Extent> extents(long offset, long length) {
      List<Extent> extents = new ArrayList<>();
      for (long at = offset; at < offset + length; ) {
        long next = Math.min(offset + length, (at / BLOCK_BYTES + 1) * BLOCK_BYTES);
        boolean isHole = at / BLOCK_BYTES == hole;
        extents.add(new Extent(at, next - at, isHole ? Extent.State.HOLE : Extent.State.DATA));
        at = next;
      }
      return extents;
    }

    @Override
    public void read(long offset, byte[] target, int from, int length) throws IOException {
      onRead.run();
      if (damage >= offset / BLOCK_BYTES && damage <= (offset + length - 1) / BLOCK_BYTES) {
        throw new IOException("cannot read it", Subject.of("chunk", "abc").corrupt("id", "1", "2"));
      }
      System.arraycopy(bytes, (int) offset, target, from, length);
    }

    @Override
    public void close() {}
  }
}

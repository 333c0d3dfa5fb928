package cairn.linux.topology;

import cairn.linux.DeviceNumber;
import cairn.linux.DmTables;
import cairn.linux.DmTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where each byte of a device lies on the disks beneath, through partitions and the linear and
/// crypt targets of device-mapper. A disk is whatever is not built of others in such a way: a loop
/// device or an md counts as one.
///
/// @param segments that cover the device, in order, without gaps
public record Translation(List<Segment> segments) {
  /// A range that is in one piece on one disk.
  ///
  /// @param offset on the device
  /// @param diskOffset on the disk
  public record Segment(long offset, long length, DeviceNumber disk, long diskOffset) {
    long end() {
      return offset + length;
    }

    /// What of it lies in `[from, to)` of the device.
    private Optional<Segment> clip(long from, long to) {
      long start = Math.max(from, offset);
      long end = Math.min(to, end());
      return start < end
          ? Optional.of(new Segment(start, end - start, disk, diskOffset + (start - offset)))
          : Optional.empty();
    }
  }

  public Translation {
    segments = List.copyOf(segments);
    long end = 0;
    for (Segment segment : segments) {
      if (segment.offset() != end || segment.length() <= 0 || segment.diskOffset() < 0) {
        throw new IllegalArgumentException("segments with a gap at " + end);
      }
      end = Math.addExact(end, segment.length());
    }
  }

  /// @throws NotTranslatable when there is something beneath whose translation is not fixed
  public static Translation of(BlockDevice device, StorageStack stack, DmTables tables)
      throws IOException {
    return switch (device.kind()) {
      case PARTITION -> ofPartition(device, stack, tables);
      case LVM, CRYPT, MAPPED -> ofMapped(device, stack, tables);
      default -> identity(device.number(), device.sizeBytes());
    };
  }

  /// Of a disk to itself.
  static Translation identity(DeviceNumber disk, long sizeBytes) {
    return new Translation(
        sizeBytes == 0 ? List.of() : List.of(new Segment(0, sizeBytes, disk, 0)));
  }

  public long sizeBytes() {
    return segments.isEmpty() ? 0 : segments.getLast().end();
  }

  /// Where a range of the device lies, in the order of the device.
  ///
  /// @param offset on the device; the range must lie within it
  public List<Segment> toDisks(long offset, long length) {
    if (offset < 0 || length < 0 || offset > sizeBytes() - length) {
      throw new IllegalArgumentException(
          length + " bytes at " + offset + " of a device of " + sizeBytes());
    }
    List<Segment> pieces = new ArrayList<>();
    for (int index = first(offset); index < segments.size(); index++) {
      Optional<Segment> piece = segments.get(index).clip(offset, offset + length);
      if (piece.isEmpty()) {
        break;
      }
      pieces.add(piece.get());
    }
    return pieces;
  }

  /// What of the device lies in a range of a disk, in the order of the device; nothing when the
  /// range belongs to others.
  public List<Segment> fromDisk(DeviceNumber disk, long diskOffset, long length) {
    List<Segment> pieces = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment.disk().equals(disk)) {
        long shift = segment.offset() - segment.diskOffset();
        segment.clip(diskOffset + shift, diskOffset + length + shift).ifPresent(pieces::add);
      }
    }
    return pieces;
  }

  private static Translation ofPartition(BlockDevice partition, StorageStack stack, DmTables tables)
      throws IOException {
    BlockDevice disk = stack.beneath(partition).getFirst();
    Translation beneath = of(disk, stack, tables);
    return new Builder(partition.name())
        .add(beneath, partition.startBytes(), partition.sizeBytes())
        .build();
  }

  private static Translation ofMapped(BlockDevice device, StorageStack stack, DmTables tables)
      throws IOException {
    Builder builder = new Builder(device.name());
    for (DmTarget target : tables.table(device.number())) {
      switch (target) {
        case DmTarget.Linear t ->
            builder.add(beneath(t.device(), stack, tables), t.offset(), t.length());
        case DmTarget.Crypt t ->
            builder.add(beneath(t.device(), stack, tables), t.offset(), t.length());
        case DmTarget.Striped t -> throw notTranslatable(device, "striped");
        case DmTarget.Other t -> throw notTranslatable(device, t.type());
      }
    }
    return builder.build();
  }

  private static Translation beneath(DeviceNumber number, StorageStack stack, DmTables tables)
      throws IOException {
    BlockDevice device =
        stack.find(number).orElseThrow(() -> new IOException("there is no device " + number));
    return of(device, stack, tables);
  }

  private static NotTranslatable notTranslatable(BlockDevice device, String type) {
    String label = device.label().isEmpty() ? "" : " (" + device.label() + ")";
    return new NotTranslatable(
        device.name()
            + label
            + " has a device-mapper target of type "
            + type
            + ", which has no fixed place on the disks beneath");
  }

  // The first segment that ends after the offset.
  private int first(long offset) {
    int low = 0;
    int high = segments.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (segments.get(middle).end() > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /// Appends ranges of what lies beneath.
  private static final class Builder {
    private final String name;
    private final List<Segment> segments = new ArrayList<>();
    private long end;

    Builder(String name) {
      this.name = name;
    }

    Builder add(Translation beneath, long offset, long length) throws IOException {
      if (offset < 0 || length > beneath.sizeBytes() - offset) {
        throw new IOException(
            name
                + " reaches beyond what it lies on: "
                + length
                + " bytes at "
                + offset
                + " of "
                + beneath.sizeBytes()
                + "; has it just been resized?");
      }
      for (Segment piece : beneath.toDisks(offset, length)) {
        append(piece.length(), piece.disk(), piece.diskOffset());
      }
      return this;
    }

    Translation build() {
      return new Translation(segments);
    }

    private void append(long length, DeviceNumber disk, long diskOffset) {
      if (!segments.isEmpty()) {
        Segment last = segments.getLast();
        if (last.disk().equals(disk) && last.diskOffset() + last.length() == diskOffset) {
          segments.removeLast();
          segments.add(new Segment(last.offset(), last.length() + length, disk, last.diskOffset()));
          end += length;
          return;
        }
      }
      segments.add(new Segment(end, length, disk, diskOffset));
      end += length;
    }
  }
}

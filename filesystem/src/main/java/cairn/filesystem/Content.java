package cairn.filesystem;

import cairn.filesystem.check.Checkable;
import cairn.filesystem.lvm.LvmPhysicalVolume;
import cairn.filesystem.partition.Partition;
import cairn.filesystem.partition.PartitionTable;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.Identity;
import java.util.List;
import java.util.Optional;

/// What a volume, or a partition of it, holds.
public sealed interface Content {
  Identity identity();

  /// As `blkid` names it, or `unknown`.
  default String type() {
    return identity().type();
  }

  default Optional<String> uuid() {
    return identity().uuid();
  }

  default Optional<String> label() {
    return identity().label();
  }

  /// In bytes, as the content says itself.
  default long size() {
    return identity().size();
  }

  /// What checks its metadata; empty when nothing here can.
  default Optional<Checkable> checkable() {
    return Optional.empty();
  }

  /// A disk that is divided.
  ///
  /// @param parts in ascending order of their offsets
  /// @param check of the table
  record Partitioned(PartitionTable table, List<Part> parts, Checkable check) implements Content {
    public Partitioned {
      parts = List.copyOf(parts);
    }

    @Override
    public Identity identity() {
      return table.identity();
    }

    @Override
    public Optional<Checkable> checkable() {
      return Optional.of(check);
    }
  }

  /// A partition and what it holds.
  record Part(Partition partition, Content content) {}

  /// A file system that is understood.
  record FileSystem(Format format) implements Content {
    @Override
    public Identity identity() {
      return format.identity();
    }

    @Override
    public Optional<Checkable> checkable() {
      return checkableOf(format);
    }
  }

  /// A swap area.
  record Swap(Format format) implements Content {
    @Override
    public Identity identity() {
      return format.identity();
    }

    @Override
    public Optional<Checkable> checkable() {
      return checkableOf(format);
    }
  }

  /// A physical volume of LVM2.
  record PhysicalVolume(LvmPhysicalVolume format) implements Content {
    @Override
    public Identity identity() {
      return format.identity();
    }

    @Override
    public Optional<Checkable> checkable() {
      return checkableOf(format);
    }
  }

  /// Something that is not understood or is damaged.
  ///
  /// @param why in one sentence, without a full stop
  /// @param checkable tells all that is damaged; empty when nothing is known to be
  record Unknown(Identity identity, String why, Optional<Checkable> checkable) implements Content {}

  private static Optional<Checkable> checkableOf(Format format) {
    return format instanceof Checkable known ? Optional.of(known) : Optional.empty();
  }
}

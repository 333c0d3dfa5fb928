package cairn.filesystem;

import cairn.base.block.BlockReader;
import cairn.filesystem.Content.FileSystem;
import cairn.filesystem.Content.Part;
import cairn.filesystem.Content.Partitioned;
import cairn.filesystem.Content.PhysicalVolume;
import cairn.filesystem.Content.Unknown;
import cairn.filesystem.btrfs.BtrfsFileSystem;
import cairn.filesystem.layout.Area;
import cairn.filesystem.lvm.LogicalVolume;
import cairn.filesystem.lvm.LvmPhysicalVolume;
import cairn.filesystem.lvm.VolumeGroups;
import cairn.filesystem.partition.Partition;
import cairn.filesystem.used.Identity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/// Looks through volumes, and through what is made of them.
final class PlaceSearch {
  private final SortedMap<String, BlockReader> volumes;
  private final List<Place> places = new ArrayList<>();

  PlaceSearch(SortedMap<String, BlockReader> volumes) {
    this.volumes = volumes;
  }

  List<Place> places() {
    volumes.forEach(this::addVolume);
    List<LvmPhysicalVolume> physicals = new ArrayList<>();
    for (Place place : places) {
      if (place.content() instanceof PhysicalVolume known) {
        physicals.add(known.format());
      }
    }
    VolumeGroups groups = VolumeGroups.of(physicals);
    places.replaceAll(place -> compared(place, groups));
    groups.logicalVolumes().forEach(this::addLogical);
    joinDevices();
    return places;
  }

  private void joinDevices() {
    List<BtrfsFileSystem> alone = new ArrayList<>();
    for (Place place : places) {
      if (place.content() instanceof FileSystem(BtrfsFileSystem device)) {
        alone.add(device);
      }
    }
    Iterator<BtrfsFileSystem> joined = BtrfsFileSystem.joined(alone).iterator();
    places.replaceAll(place ->
        place.content() instanceof FileSystem(BtrfsFileSystem _)
            ? place.with(new FileSystem(joined.next()))
            : place);
  }

  private static Place compared(Place place, VolumeGroups groups) {
    return place.content() instanceof PhysicalVolume(LvmPhysicalVolume volume)
        ? place.with(new PhysicalVolume(groups.compared(volume)))
        : place;
  }

  private void addLogical(LogicalVolume volume) {
    String address = volume.group() + "/" + volume.name();
    if (volume.bytes().isPresent()) {
      BlockReader bytes = volume.bytes().get();
      Content content = identify(bytes);
      add(List.of(address), volume.group(), 0, content, bytes);
      addPartitions(address, bytes, content, true);
    } else {
      Content content = unknown(volume.size(), volume.why());
      Optional<BlockReader> none = Optional.empty();
      places.add(new Place(List.of(address), volume.group(), 0, volume.size(), content, none));
    }
  }

  private void addVolume(String name, BlockReader volume) {
    Content content = identify(volume);
    add(List.of(name), "", 0, content, volume);
    addPartitions(name, volume, content, volumes.size() > 1);
  }

  /// @param always whether a partition is called with its disk, or may be
  private void addPartitions(String disk, BlockReader volume, Content content, boolean always) {
    if (content instanceof Partitioned partitioned) {
      for (Part part : partitioned.parts()) {
        Partition partition = part.partition();
        String number = "p" + partition.number();
        List<String> names = new ArrayList<>();
        if (!always) {
          names.add(number);
        }
        names.add(disk + "/" + number);
        partition.label().ifPresent(label -> names.add("PARTLABEL=" + label));
        partition.uuid().ifPresent(uuid -> names.add("PARTUUID=" + uuid));
        Area area = new Area(volume, partition.offset(), partition.length());
        add(names, disk, partition.offset(), part.content(), area);
      }
    }
  }

  private void add(
      List<String> addresses, String container, long offset, Content content, BlockReader bytes) {
    List<String> names = new ArrayList<>(addresses);
    if (!(content instanceof Partitioned)) {
      content.label().ifPresent(label -> names.add("LABEL=" + label));
      content.uuid().ifPresent(uuid -> names.add("UUID=" + uuid));
    }
    places.add(new Place(names, container, offset, bytes.size(), content, Optional.of(bytes)));
  }

  private static Content identify(BlockReader volume) {
    try {
      return Contents.salvaged(volume, Contents.identify(volume));
    } catch (IOException e) {
      return unknown(volume.size(), "it could not be read: " + e.getMessage());
    }
  }

  private static Unknown unknown(long size, String why) {
    return new Unknown(Identity.of(Contents.UNKNOWN, size), why, Optional.empty());
  }
}

package cairn.filesystem.fat;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import java.io.IOException;

/// A volume and what describes it, for those who follow its chains.
record FatVolume(BlockReader volume, FatBootSector boot, FatTable table) {
  /// The bytes of a cluster that there is.
  byte[] read(long cluster) throws IOException, CorruptData {
    Subject subject = Subject.of("cluster", Long.toString(cluster));
    return Area.read(volume, boot.offset(cluster), boot.clusterBytes(), subject);
  }

  /// The root directory of a FAT12 or FAT16.
  byte[] readRoot() throws IOException, CorruptData {
    return Area.read(volume, boot.rootOffset(), boot.rootBytes(), Subject.of("directory", "/"));
  }
}

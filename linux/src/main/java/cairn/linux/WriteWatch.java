package cairn.linux;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Tells whether anybody wrote to a block device, by the counters of the kernel
/// (`Documentation/block/stat.rst`): of sectors written and discarded, by the time a write ends.
///
/// What is written to a partition by way of its disk counts for the disk alone. So of a partition,
/// whatever was written to the disk past all its partitions counts as well, wherever it went.
public final class WriteWatch {
  private static final int SECTORS_WRITTEN = 6;
  private static final int SECTORS_DISCARDED = 13;

  private final BlockTopology topology;
  private final DeviceNumber device;
  private final long through;
  private final long past;
  private final boolean counting;

  private WriteWatch(
      BlockTopology topology, DeviceNumber device, long through, long past, boolean counting) {
    this.topology = topology;
    this.device = device;
    this.through = through;
    this.past = past;
    this.counting = counting;
  }

  /// Watches from now on. What is still to be written of the cache, by whomever, should be before.
  public static WriteWatch begin(BlockTopology topology, DeviceNumber device) throws IOException {
    Optional<BlockTopology.Node> node = topology.find(device);
    if (node.isEmpty()) {
      return new WriteWatch(topology, device, 0, 0, true);
    }
    // The partitions first, and last in the end: so what others write to them counts for nothing.
    long partitions = ofPartitions(topology, node.get());
    BlockTopology.Node disk = topology.disk(node.get());
    return new WriteWatch(
        topology,
        device,
        sectors(topology, node.get()),
        sectors(topology, disk) - partitions,
        !topology.attribute(disk, "queue/iostats").equals("0"));
  }

  /// Whether the kernel counts what is written to the device. It can be told not to.
  public boolean isCounting() {
    return counting;
  }

  /// Whether the counters moved, which says nothing unless [#isCounting].
  public boolean sawWrites() throws IOException {
    Optional<BlockTopology.Node> node = topology.find(device);
    if (node.isEmpty()) {
      return false;
    }
    if (sectors(topology, node.get()) != through) {
      return true;
    }
    long disk = sectors(topology, topology.disk(node.get()));
    return topology.isPartition(node.get()) && disk - ofPartitions(topology, node.get()) > past;
  }

  private static long ofPartitions(BlockTopology topology, BlockTopology.Node node)
      throws IOException {
    long sum = 0;
    for (BlockTopology.Node each : topology.overlapping(topology.disk(node))) {
      sum += topology.isPartition(each) ? sectors(topology, each) : 0;
    }
    return sum;
  }

  private static long sectors(BlockTopology topology, BlockTopology.Node node) {
    List<String> words = List.of(topology.attribute(node, "stat").split("\\s+", -1));
    return number(words, SECTORS_WRITTEN) + number(words, SECTORS_DISCARDED);
  }

  /// Kernels before 4.18 count no discards.
  private static long number(List<String> words, int index) {
    return index < words.size() ? Long.parseLong(words.get(index)) : 0;
  }
}

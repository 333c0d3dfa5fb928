package cairn.filesystem.btrfs.tree;

import cairn.base.block.BlockReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The devices of one btrfs that are at hand, one behind the other as one range of places. The one
/// that it is looked at from comes first: a place on it is where it is there. Closing is up to
/// whoever opened the devices.
public final class Pool {
  /// No place at all.
  private static final long NOWHERE = -1;

  /// Where the next device may begin, so that no block lies on two of them, nor is aligned
  /// differently.
  private static final long ALIGNMENT = 1 << 20;

  private static final long PLACES_MAX = Long.MAX_VALUE / 2;

  /// @param start place of its first byte
  public record Member(BtrfsSuperblock superblock, BlockReader volume, long start) {
    long end() {
      return start + volume.size();
    }
  }

  private final List<Member> members;

  private Pool(List<Member> members) {
    this.members = List.copyOf(members);
  }

  /// Of one device.
  public static Pool of(BlockReader volume, BtrfsSuperblock superblock) {
    return new Pool(List.of(new Member(superblock, volume, 0)));
  }

  /// The same device with others of its file system.
  public Pool with(Collection<Pool> others) {
    List<Member> all = new ArrayList<>(members);
    others.stream()
        .flatMap(pool -> pool.members.stream())
        .sorted(Comparator.comparingLong(member -> member.superblock.deviceId()))
        .filter(member -> member.superblock.deviceId() != superblock().deviceId())
        .forEach(member -> all.add(behind(all.getLast(), member)));
    return new Pool(all);
  }

  private static Member behind(Member last, Member next) {
    long start = Math.ceilDiv(last.end(), ALIGNMENT) * ALIGNMENT;
    return new Member(next.superblock, next.volume, start);
  }

  /// Whether these are different devices of one file system, all in the same state.
  public static boolean fit(Collection<Pool> pools) {
    Set<Long> devices = new HashSet<>();
    Set<Long> generations = new HashSet<>();
    long bytes = 0;
    for (Pool pool : pools) {
      devices.add(pool.superblock().deviceId());
      generations.add(pool.superblock().generation());
      bytes += Math.min(pool.size(), PLACES_MAX / pools.size()) + ALIGNMENT;
    }
    return devices.size() == pools.size() && generations.size() == 1 && bytes < PLACES_MAX;
  }

  /// Of the device that it is looked at from.
  public BtrfsSuperblock superblock() {
    return members.getFirst().superblock;
  }

  /// The one that it is looked at from comes first.
  public List<Member> members() {
    return members;
  }

  /// The end of all places.
  public long size() {
    return members.getLast().end();
  }

  /// Whether a range of places lies on one of the devices.
  public boolean holds(long place, long length) {
    if (place < 0) {
      return false;
    }
    Member member = at(place);
    return length <= member.end() - place;
  }

  /// The place of an offset on a device. What is beyond its end has none, as the next device begins
  /// there; on the only one it is told as it is, for messages.
  long place(Member member, long offset, long length) {
    boolean within = offset >= 0 && offset <= member.volume.size() - length;
    return within || members.size() == 1 ? member.start + offset : NOWHERE;
  }

  /// @param place of bytes that it [#holds]
  public void read(long place, byte[] target, int from, int length) throws IOException {
    Member member = at(place);
    member.volume.read(place - member.start, target, from, length);
  }

  /// For a message.
  public String where(long place) {
    Member member = at(Math.max(0, place));
    return members.size() == 1
        ? Long.toString(place)
        : "device "
            + Long.toUnsignedString(member.superblock.deviceId())
            + ", "
            + (place - member.start);
  }

  private Member at(long place) {
    Member found = members.getFirst();
    for (Member member : members) {
      if (member.start <= place) {
        found = member;
      }
    }
    return found;
  }
}

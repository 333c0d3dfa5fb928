package cairn.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/// Goes through all orders of a play with so many interruptions, depth first: each play replays the
/// choices of the one before up to the last that can be another, and ends where it comes to what an
/// earlier one came to, because all that can follow has been seen, or will be.
final class AllOrders implements Interleaving.Choice {
  private final int interruptionsMax;
  private final Deque<Decision> trail = new ArrayDeque<>();
  private final Reached reached = new Reached();
  private List<Decision> replay = List.of();
  private LongSupplier digest = () -> 0;
  private int interruptions;
  private int place;
  private long plays;

  private record Decision(int chosen, int count) {}

  /// @param interruptionsMax how often somebody is interrupted who could go on, at most
  AllOrders(int interruptionsMax) {
    this.interruptionsMax = interruptionsMax;
  }

  /// @param next tells where the play has come to that is going to ask
  void begin(LongSupplier next) {
    digest = next;
    replay = new ArrayList<>(trail);
    trail.clear();
    interruptions = 0;
    place = 0;
    plays++;
  }

  @Override
  public boolean observes() {
    return true;
  }

  @Override
  public int next(int count, boolean goesOn) {
    if (place >= replay.size() && !reached.isNew(digest.getAsLong(), interruptions)) {
      return NOBODY;
    }
    int chosen = place < replay.size() ? replay.get(place).chosen : 0;
    place++;
    boolean free = !goesOn || interruptions < interruptionsMax;
    trail.addLast(new Decision(chosen, free ? count : 1));
    interruptions += goesOn && chosen > 0 ? 1 : 0;
    return chosen;
  }

  boolean hasMore() {
    while (!trail.isEmpty()) {
      Decision last = trail.removeLast();
      if (last.chosen + 1 < last.count) {
        trail.addLast(new Decision(last.chosen + 1, last.count));
        return true;
      }
    }
    return false;
  }

  /// How many there were, with those that were broken off.
  long plays() {
    return plays;
  }

  /// States, and with how few interruptions each of them was reached. Open addressing: there are
  /// millions.
  private static final class Reached {
    private long[] states = new long[1 << 12]; // 0 stands for none
    private byte[] fewest = new byte[states.length];
    private int size;

    boolean isNew(long state, int interruptions) {
      if (size * 2 > states.length) {
        grow();
      }
      int slot = slotOf(state, states);
      if (states[slot] == state && fewest[slot] <= interruptions) {
        return false;
      }
      size += states[slot] == state ? 0 : 1;
      states[slot] = state;
      fewest[slot] = (byte) interruptions;
      return true;
    }

    private static int slotOf(long state, long[] states) {
      int slot = (int) state & (states.length - 1);
      while (states[slot] != 0 && states[slot] != state) {
        slot = (slot + 1) & (states.length - 1);
      }
      return slot;
    }

    private void grow() {
      long[] larger = new long[states.length * 2];
      byte[] theirs = new byte[larger.length];
      for (int old = 0; old < states.length; old++) {
        if (states[old] != 0) {
          int slot = slotOf(states[old], larger);
          larger[slot] = states[old];
          theirs[slot] = fewest[old];
        }
      }
      states = larger;
      fewest = theirs;
    }
  }
}

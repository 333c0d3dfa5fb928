package cairn.engine;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.session.ObjectNames;
import cairn.repository.session.Tombstone;
import cairn.storage.Content;
import cairn.storage.MemoryStorage;
import cairn.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/// What may be taken out of the protocol of collection, by lying to those who follow it.
enum Guard {
  /// Nothing: the protocol as it is.
  NONE(0),

  /// A writer reads the tombstones after its session is there.
  TOMBSTONES_AFTER_SESSION(3_950) {
    @Override
    Storage remove(Role role, StepStorage seen, MemoryStorage objects) {
      return role == Role.WRITER
          ? new EarlyReader(seen, Sessions.OPEN, List.of(Tombstone.PREFIX))
          : seen;
    }
  },

  /// A writer reads indexes, and lists packs, after the tombstones.
  INDEXES_AFTER_TOMBSTONES(0) {
    @Override
    Storage remove(Role role, StepStorage seen, MemoryStorage objects) {
      return role == Role.WRITER
          ? new EarlyReader(seen, Tombstone.PREFIX, List.of("packs", "index", Sessions.COMMITTED))
          : seen;
    }
  },

  /// A collector waits for those who may not know its tombstone.
  WAITING(157) {
    @Override
    Storage remove(Role role, StepStorage seen, MemoryStorage objects) {
      return role != Role.COLLECTOR
          ? seen
          : new BetweenTombstoneAndDecision(seen) {
            @Override
            public List<Entry> list(String prefix) throws IOException {
              List<Entry> entries = super.list(prefix);
              return lies && prefix.equals(Sessions.OPEN) && waits ? List.of() : entries;
            }
          };
    }
  },

  /// A collector marks again before it decides.
  MARKING_AGAIN(2) {
    @Override
    Storage remove(Role role, StepStorage seen, MemoryStorage objects) {
      return role != Role.COLLECTOR
          ? seen
          : new BetweenTombstoneAndDecision(seen) {
            private List<Entry> before = List.of();

            @Override
            public List<Entry> list(String prefix) throws IOException {
              List<Entry> entries = super.list(prefix);
              if (prefix.equals("snapshots") && !lies) {
                before = entries;
              }
              return prefix.equals("snapshots") ? before : entries;
            }
          };
    }
  },

  /// A writer commits only when it was not fenced.
  CONDITIONAL_COMMIT(3_552) {
    @Override
    Storage remove(Role role, StepStorage seen, MemoryStorage objects) {
      return role != Role.WRITER
          ? seen
          : new Altered(seen) {
            @Override
            public boolean move(String from, String to) throws IOException {
              boolean won = super.move(from, to);
              String fenced = to.replace("committed", "fenced");
              if (!won && to.startsWith(Sessions.COMMITTED)) {
                objects.move(fenced, to);
              }
              return won || to.startsWith(Sessions.COMMITTED);
            }
          };
    }
  },

  /// A collector decides only what nobody has decided.
  CONDITIONAL_DECISION(3_662) {
    @Override
    Storage remove(Role role, StepStorage seen, MemoryStorage objects) {
      return role != Role.COLLECTOR
          ? seen
          : new Altered(seen) {
            @Override
            public boolean replace(String name, byte[] expected, byte[] content) {
              before("replace " + name);
              objects.tamper(name, content);
              return true;
            }
          };
    }
  },

  /// A collector takes another's tombstone through the decision.
  ADOPTION_BEFORE_DECISION(4) {
    @Override
    Storage remove(Role role, StepStorage seen, MemoryStorage objects) {
      return role == Role.COLLECTOR ? new Hasty(seen) : seen;
    }
  },

  /// The tombstone goes last.
  TOMBSTONE_LAST(1_389) {
    @Override
    Storage remove(Role role, StepStorage seen, MemoryStorage objects) {
      return role != Role.COLLECTOR
          ? seen
          : new Altered(seen) {
            @Override
            public boolean replace(String name, byte[] expected, byte[] content)
                throws IOException {
              boolean won = super.replace(name, expected, content);
              delete(name);
              return won;
            }
          };
    }
  },

  /// No pack ever gets the name of another.
  NEW_NAMES(14_862) {
    @Override
    RandomGenerator chance(Role role, RandomGenerator fair) {
      return role == Role.WRITER ? new Repeating(fair) : fair;
    }
  },

  /// Indexes count only when their sessions are committed.
  COMMITTED_INDEXES(16) {
    @Override
    Storage remove(Role role, StepStorage seen, MemoryStorage objects) {
      return role != Role.WRITER
          ? seen
          : new Altered(seen) {
            @Override
            public List<Entry> list(String prefix) throws IOException {
              List<Entry> entries = new ArrayList<>(super.list(prefix));
              if (prefix.equals(Sessions.COMMITTED)) {
                entries.addAll(objects.list(Sessions.OPEN));
                entries.addAll(objects.list("sessions/fenced"));
              }
              return entries;
            }
          };
    }
  },

  /// Further copies of a live chunk are dropped by one collector at a time.
  ALONE(3_786) {
    @Override
    Storage remove(Role role, StepStorage seen, MemoryStorage objects) {
      return role != Role.COLLECTOR
          ? seen
          : new Altered(seen) {
            private final Set<String> mine = new HashSet<>();

            @Override
            public void publish(String name, Content content) throws IOException {
              super.publish(name, content);
              mine.add(name);
            }

            @Override
            public List<Entry> list(String prefix) throws IOException {
              List<Entry> entries = super.list(prefix);
              boolean own = prefix.equals(Tombstone.PREFIX) && !mine.isEmpty();
              return own
                  ? entries.stream().filter(entry -> mine.contains(entry.name())).toList()
                  : entries;
            }
          };
    }
  };

  private final long knownLoss;

  Guard(long knownLoss) {
    this.knownLoss = knownLoss;
  }

  /// The number of the first schedule that is known to lose something without it, with the seed 1;
  /// where the search begins.
  long knownLoss() {
    return knownLoss;
  }

  /// Who sees the storage.
  enum Role {
    WRITER,
    COLLECTOR,
    PERSON,
    READER
  }

  /// Names that the lies are about.
  private static final class Sessions {
    static final String OPEN = "sessions/open";
    static final String COMMITTED = "sessions/committed";
  }

  /// The storage as one sees it who does without this guard.
  Storage remove(Role role, StepStorage seen, MemoryStorage objects) {
    return seen;
  }

  RandomGenerator chance(Role role, RandomGenerator fair) {
    return fair;
  }

  /// As somebody sees it who is lied to.
  private static class Altered extends StepStorage {
    Altered(StepStorage seen) {
      super(seen);
    }
  }

  /// Lied to for a while.
  private static class BetweenTombstoneAndDecision extends Altered {
    boolean lies;

    /// Until the snapshots are listed, the open sessions are listed for the waiting.
    boolean waits;

    BetweenTombstoneAndDecision(StepStorage seen) {
      super(seen);
    }

    @Override
    public void publish(String name, Content content) throws IOException {
      super.publish(name, content);
      if (name.startsWith(Tombstone.PREFIX)) {
        lies = true;
        waits = true;
      }
    }

    @Override
    public List<Entry> list(String prefix) throws IOException {
      if (prefix.equals("snapshots")) {
        waits = false;
      }
      return super.list(prefix);
    }

    @Override
    public boolean replace(String name, byte[] expected, byte[] content) throws IOException {
      lies = false;
      return super.replace(name, expected, content);
    }
  }

  /// Reads some things before it does what should come first.
  private static final class EarlyReader extends Altered {
    private final String trigger;
    private final List<String> early;
    private final Map<String, List<Entry>> lists = new HashMap<>();
    private final Map<String, byte[]> contents = new HashMap<>();
    private boolean read;

    EarlyReader(StepStorage seen, String trigger, List<String> early) {
      super(seen);
      this.trigger = trigger;
      this.early = early;
    }

    private void readEarly() throws IOException {
      if (!read) {
        read = true;
        for (String prefix : early) {
          lists.put(prefix, super.list(prefix));
          for (Entry entry : prefix.equals("packs") ? List.<Entry>of() : lists.get(prefix)) {
            contents.put(entry.name(), all.readAll(entry.name()));
          }
        }
      }
    }

    @Override
    public void publish(String name, Content content) throws IOException {
      if (name.startsWith(trigger + "/")) {
        readEarly();
      }
      super.publish(name, content);
    }

    @Override
    public List<Entry> list(String prefix) throws IOException {
      if (prefix.equals(trigger)) {
        readEarly();
      }
      List<Entry> known = lists.get(prefix);
      return known != null ? known : super.list(prefix);
    }

    @Override
    public byte[] readAll(String name) throws IOException {
      byte[] known = contents.get(name);
      return known != null ? known : super.readAll(name);
    }
  }

  /// Takes every tombstone of others for decided.
  private static final class Hasty extends Altered {
    private final Set<String> mine = new HashSet<>();

    Hasty(StepStorage seen) {
      super(seen);
    }

    @Override
    public void publish(String name, Content content) throws IOException {
      super.publish(name, content);
      mine.add(name);
    }

    @Override
    public Optional<byte[]> readIfThere(String name) throws IOException {
      Optional<byte[]> record = super.readIfThere(name);
      if (!name.startsWith(Tombstone.PREFIX) || mine.contains(name) || record.isEmpty()) {
        return record;
      }
      try {
        ObjectId repository = ObjectId.of(record.get(), 16);
        ObjectId id = ObjectNames.last(name);
        Tombstone tombstone = Tombstone.read(id, record.get(), repository);
        return Optional.of(
            tombstone.doomed(tombstone.author(), tombstone.packs()).toBytes(repository));
      } catch (CorruptData e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /// Draws the same names in each run, once the session has its own.
  private static final class Repeating implements RandomGenerator {
    private final RandomGenerator fair;
    private long drawn;

    Repeating(RandomGenerator fair) {
      this.fair = fair;
    }

    @Override
    public long nextLong() {
      drawn++;
      return drawn > 2 && drawn <= 6 ? drawn : fair.nextLong();
    }
  }
}

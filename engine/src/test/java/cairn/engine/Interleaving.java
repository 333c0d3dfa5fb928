package cairn.engine;

import cairn.base.test.Bits;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Runs actors one step at a time, in an order that somebody chooses: of all that could go on, one
/// does, up to its next step. An actor that crashes is never run again.
final class Interleaving {
  private final Choice choice;
  private final List<Actor> actors = new ArrayList<>();
  private final List<String> history = new ArrayList<>();
  private final Semaphore back = new Semaphore(0);
  private @Nullable Actor last;
  private boolean brokenOff;
  private long steps;

  Interleaving(Choice choice) {
    this.choice = choice;
  }

  /// Says who goes on.
  interface Choice {
    /// Stands for nobody: the play is broken off.
    int NOBODY = -1;

    /// @param count of those that can
    /// @param goesOn whether the first of them is the one who took the last step
    /// @return which one does, from 0, or [#NOBODY]
    int next(int count, boolean goesOn);

    /// Whether [Interleaving#digest] is asked for, which takes time at each step.
    default boolean observes() {
      return false;
    }

    /// Whether the machine of the one who goes on stops there.
    default boolean crashes() {
      return false;
    }
  }

  /// Chance that lets the same one go on as a rule, more or less so from play to play: races need
  /// long pauses of one and long runs of another more often than they need a quick change.
  ///
  /// @param crashes how probable it is at each step that a machine stops
  static Choice byChance(RandomGenerator chance, double crashes) {
    double patience = chance.nextDouble();
    double sticky = 1 - patience * patience;
    return new Choice() {
      @Override
      public int next(int count, boolean goesOn) {
        return goesOn && chance.nextDouble() < sticky ? 0 : chance.nextInt(count);
      }

      @Override
      public boolean crashes() {
        return crashes > 0 && chance.nextDouble() < crashes;
      }
    };
  }

  /// What an actor does.
  interface Body {
    void run(Actor self) throws Exception;
  }

  /// The machine of the actor has stopped. An error, so that nothing takes care of it.
  static final class Stopped extends Error {
    private static final long serialVersionUID = 1;
  }

  /// One thread of the play.
  final class Actor {
    final String name;
    private final Semaphore go = new Semaphore(0);
    private final Thread thread;
    private final Knowledge knowledge = new Knowledge();
    private volatile boolean yields;
    private volatile boolean ended;
    private volatile boolean crashed;
    private volatile @Nullable Throwable failure;

    private Actor(String name, Body body) {
      this.name = name;
      this.thread = Thread.ofVirtual().unstarted(() -> play(body));
    }

    private void play(Body body) {
      try {
        await();
        body.run(this);
      } catch (Stopped e) {
        history.add(name + " stops");
      } catch (Throwable e) {
        failure = crashed ? null : e; // a thread of its own may have been in the way
      } finally {
        ended = true;
        back.release();
      }
    }

    /// Lets others run, one of whom may be this one again.
    void step(String what) {
      if (crashed) {
        throw new Stopped();
      }
      back.release();
      await();
      history.add(name + ": " + what);
    }

    /// As [#step], and lets somebody else run first, if anybody can.
    void pause() {
      yields = true;
      knowledge.pause();
      step("pause");
    }

    /// Whether anybody wants to know what it has seen.
    boolean isObserved() {
      return choice.observes();
    }

    /// It has seen something that this number stands for.
    void learn(long digest) {
      knowledge.learn(digest);
    }

    private void await() {
      try {
        go.acquire();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Stopped();
      }
      if (crashed) {
        throw new Stopped();
      }
      knowledge.learn(1);
    }

    /// Stops it where it is.
    private void crash() {
      crashed = true;
    }

    boolean isGone() {
      return ended || crashed;
    }

    private long digest() {
      return Bits.mix(knowledge.digest() + (isGone() ? 1 : 0) + (yields ? 2 : 0));
    }
  }

  /// What an actor has seen, which is what its next steps depend on: as one number.
  private static final class Knowledge {
    private long digest;
    private long beforePause;
    private long sincePause;
    private long sincePauseBefore;

    void learn(long seen) {
      digest = Bits.mix(digest + seen);
      sincePause = Bits.mix(sincePause + seen);
    }

    /// Who waits, and sees again what was there before, knows no more than before.
    void pause() {
      if (sincePause == sincePauseBefore) {
        digest = beforePause;
      }
      beforePause = digest;
      sincePauseBefore = sincePause;
      sincePause = 0;
    }

    long digest() {
      return digest;
    }
  }

  Actor add(String name, Body body) {
    Actor actor = new Actor(name, body);
    actors.add(actor);
    return actor;
  }

  /// Runs until nobody can go on. To be called on a virtual thread, which makes it fast.
  void run() throws InterruptedException {
    actors.forEach(actor -> actor.thread.start());
    List<Actor> able = able(last);
    while (!able.isEmpty()) {
      boolean goesOn = able.getFirst() == last;
      int chosen = able.size() == 1 ? 0 : choice.next(able.size(), goesOn);
      if (chosen == Choice.NOBODY) {
        brokenOff = true;
        actors.forEach(Actor::crash);
        break;
      }
      Actor next = able.get(chosen);
      actors.forEach(actor -> actor.yields = false);
      last = next;
      steps++;
      if (choice.crashes()) {
        next.crash();
      }
      next.go.release();
      back.acquire();
      able = able(last);
    }
    for (Actor actor : actors) {
      actor.thread.interrupt();
      actor.thread.join();
    }
  }

  private List<Actor> able(@Nullable Actor first) {
    List<Actor> able = new ArrayList<>(actors.size());
    for (Actor actor : actors) {
      if (!actor.isGone() && !actor.yields) {
        able.add(actor == first ? 0 : able.size(), actor);
      }
    }
    return able.isEmpty() ? actors.stream().filter(actor -> !actor.isGone()).toList() : able;
  }

  /// A number that is another one, as good as always, when anybody has seen other things than in
  /// another play of the same actors, or another took the last step.
  long digest() {
    long digest = actors.indexOf(last);
    for (Actor actor : actors) {
      digest = Bits.mix(digest + actor.digest());
    }
    return digest;
  }

  /// Whether somebody could have gone on.
  boolean isBrokenOff() {
    return brokenOff;
  }

  boolean isAnybodyCrashed() {
    return actors.stream().anyMatch(actor -> actor.crashed);
  }

  /// What ended actors that should have gone on.
  List<Throwable> failures() {
    return actors.stream()
        .map(actor -> actor.failure)
        .filter(Objects::nonNull)
        .map(Throwable.class::cast)
        .toList();
  }

  long steps() {
    return steps;
  }

  /// Every step, in order.
  List<String> history() {
    return history;
  }
}

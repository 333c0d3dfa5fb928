package cairn.engine;

import cairn.storage.MemoryStorage;
import cairn.storage.PassingStorage;

/// A storage as one actor sees it: every call is a step of that actor.
class StepStorage extends PassingStorage {
  private final MemoryStorage objects;
  private final Interleaving.Actor actor;

  StepStorage(MemoryStorage objects, Interleaving.Actor actor) {
    super(objects);
    this.objects = objects;
    this.actor = actor;
  }

  /// The same actor's view, for a change.
  StepStorage(StepStorage other) {
    this(other.objects, other.actor);
  }

  @Override
  protected final void before(String call) {
    actor.step(call);
    if (actor.isObserved()) {
      for (String name : call.split(" ", -1)) {
        actor.learn(objects.digest(name)); // no object has the name of an operation
      }
    }
  }
}

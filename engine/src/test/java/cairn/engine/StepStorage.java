package cairn.engine;

import cairn.storage.PassingStorage;
import cairn.storage.Storage;

/// A storage as one actor sees it: every call is a step of that actor.
class StepStorage extends PassingStorage {
  private final Interleaving.Actor actor;

  StepStorage(Storage all, Interleaving.Actor actor) {
    super(all);
    this.actor = actor;
  }

  /// The same actor's view, for a change.
  StepStorage(StepStorage other) {
    this(other.all, other.actor);
  }

  @Override
  protected final void before(String call) {
    actor.step(call);
  }
}

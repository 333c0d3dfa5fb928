package cairn.repository.session;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.storage.Content;
import cairn.storage.Storage;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/// The session records of a repository, and the one decision each of them takes: a session ends by
/// a move out of `open`, which exactly one process wins.
public record Sessions(Storage storage, ObjectId repository) {
  public static final String PREFIX = "sessions";

  /// The states of a session.
  public enum State {
    OPEN("open"),
    COMMITTED("committed"),
    FENCED("fenced");

    private final String folder;

    State(String folder) {
      this.folder = folder;
    }

    String prefix() {
      return PREFIX + "/" + folder;
    }
  }

  public static String name(State state, ObjectId session) {
    return state.prefix() + "/" + session;
  }

  public void create(SessionRecord session) throws IOException {
    storage.publish(name(State.OPEN, session.id()), Content.of(session.toBytes(repository)));
  }

  /// The sessions in a state.
  public List<ObjectId> list(State state) throws IOException {
    return ObjectNames.ids(storage.list(state.prefix()));
  }

  /// Removes the record of a session of which nothing else is left.
  public void remove(State state, ObjectId session) throws IOException {
    storage.delete(name(state, session));
  }

  public SessionRecord read(State state, ObjectId session) throws IOException, CorruptData {
    return SessionRecord.read(session, storage.readAll(name(state, session)), repository);
  }

  /// When an open session gave its last sign of life, by the storage's clock.
  public Instant lastSign(ObjectId session) throws IOException {
    return storage.stat(name(State.OPEN, session)).modified();
  }

  /// Ends a session.
  ///
  /// @return false when it had ended before
  public boolean end(ObjectId session, State state) throws IOException {
    return storage.move(name(State.OPEN, session), name(state, session));
  }

  /// A sign of life.
  ///
  /// @return its time, by the storage's clock
  /// @throws SessionFenced when the session has ended
  public Instant touch(ObjectId session) throws IOException {
    try {
      storage.touch(name(State.OPEN, session));
      return lastSign(session);
    } catch (cairn.storage.ObjectMissing e) {
      SessionFenced fenced = new SessionFenced(session.toString());
      fenced.initCause(e);
      throw fenced;
    }
  }
}

package cairn.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Named immutable objects, and the few operations on them that the engine's safety rests on. Every
/// implementation passes one suite, `StorageContract`; [Probe] checks on the real thing what no
/// implementation can promise by itself.
///
/// **Names** are `/`-separated segments, each of 1 to 200 characters of `A-Z a-z 0-9 . _ % + = @ ,
/// -`, not starting with a dot; 900 characters in all. Anything else is an
/// [IllegalArgumentException]. A name is never reused, and never both an object's and the start of
/// other objects' names (up to a slash).
///
/// **Guarantees**
/// 1. An object appears whole and durable or not at all: when [#publish] has returned, the object
///    survives a crash; when it has thrown, the object may or may not be there, but is never
///    partial.
/// 2. Linearizable: once a call has returned, every later call by anyone sees its effect.
/// 3. [#list] is complete, or it throws. An object that exists during the whole call is in the
///    answer, under one of its names when it is moved meanwhile.
/// 4. Of several concurrent [#publish] of one name, or [#move] of one object, exactly one wins.
/// 5. Nothing but [#delete] removes, nothing but [#replace] changes content.
///
/// **Errors**: [ObjectMissing] and [ObjectExists] are answers; every other [IOException] means that
/// the outcome is unknown. None is retried here.
///
/// Safe for use by several threads and processes.
public interface Storage extends Closeable {
  /// What a person calls this storage, for messages: a path or URL.
  String location();

  /// All objects whose name starts with `prefix` and a slash, at any depth; all objects when
  /// `prefix` is empty. Sorted by name. An empty list when there is none.
  List<Entry> list(String prefix) throws IOException;

  /// What a listing says of one object.
  ///
  /// @throws ObjectMissing when there is none of that name
  Entry stat(String name) throws IOException;

  /// Reads exactly the remaining bytes of `target` from `offset`.
  ///
  /// @throws ObjectMissing when there is none of that name
  /// @throws java.io.EOFException when the object ends before
  void read(String name, long offset, ByteBuffer target) throws IOException;

  /// The whole object; for small ones.
  ///
  /// @throws ObjectMissing when there is none of that name
  /// @throws IOException also when it is larger than 1 GiB
  byte[] readAll(String name) throws IOException;

  /// As [#readAll], for objects that others may remove at any time: empty when there is none.
  default Optional<byte[]> readIfThere(String name) throws IOException {
    try {
      return Optional.of(readAll(name));
    } catch (ObjectMissing e) {
      return Optional.empty();
    }
  }

  /// Creates an object. The only way an object comes to be (truth 3).
  ///
  /// @throws ObjectExists when the name is taken; that object is untouched
  /// @throws IllegalStateException when the content is not of the size it told; nothing is
  ///   published
  void publish(String name, Content content) throws IOException;

  /// Replaces the object's content as a whole if it still is `expected`, byte for byte. For
  /// `config`.
  ///
  /// @return whether it was; when not, nothing has changed
  /// @throws ObjectMissing when there is none of that name
  boolean replace(String name, byte[] expected, byte[] content) throws IOException;

  /// Gives an object another name, atomically: the compare-and-set on which sessions and tombstones
  /// rest.
  ///
  /// @return false when `from` is not there (any more); nothing has changed
  /// @throws ObjectExists when `to` is taken; nothing has changed
  boolean move(String from, String to) throws IOException;

  /// Sets the object's time of modification to now, as a sign of life.
  ///
  /// @throws ObjectMissing when there is none of that name
  void touch(String name) throws IOException;

  /// Removes an object, durably.
  ///
  /// @return false when there was none of that name
  boolean delete(String name) throws IOException;

  /// The local file that holds the object, for mapping it read-only; empty when there is no such
  /// file.
  Optional<Path> localFile(String name);

  /// One line of a listing.
  ///
  /// @param size in bytes
  /// @param modified by the storage's clock; for people and for signs of life only (truth 10)
  record Entry(String name, long size, Instant modified) {}
}

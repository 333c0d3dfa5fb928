package cairn.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which room may use which, apart from itself and the JDK.
///
/// @param table the name of each room beside those that it may use; `x.*` is `x` and what lies
///   under it
record Arrows(Map<String, List<String>> table) {
  /// The rooms of Cairn, from the ground up. Names are packages without the leading `cairn.`.
  static final Arrows CAIRN =
      parse(
          """
          base.bytes          ->
          base.block          -> base.bytes
          storage             -> base.* linux

          repository.crypto   -> base.*
          repository.config   -> base.* repository.crypto repository.snapshot
          repository.chunk    -> base.*
          repository.parity   -> base.*
          repository.pack     -> base.* storage repository.crypto repository.chunk \
                                 repository.parity
          repository.index    -> base.* storage repository.chunk repository.pack
          repository.tree     -> base.*
          repository.snapshot -> base.* repository.crypto repository.tree
          repository.check    -> base.* repository.tree repository.snapshot
          repository.write    -> base.* storage repository.crypto repository.chunk repository.pack \
                                 repository.index
          repository.read     -> base.* storage repository.crypto repository.chunk repository.pack \
                                 repository.index repository.tree repository.check
          repository.session  -> base.* storage repository.chunk repository.pack repository.index \
                                 repository.tree repository.check repository.write
          repository.pin      -> base.* storage repository.session
          repository          -> base.* storage repository.*

          linux               -> base.*
          linux.topology      -> base.* linux
          linux.freeze        -> base.* linux linux.topology
          linux.platform      -> base.* linux
          linux.bpf           -> base.* linux
          linux.fuse          -> base.* linux
          linux.tracking      -> base.* linux linux.bpf linux.platform
          volume.nbd          -> base.*
          volume.qcow         -> base.*
          volume.overlay      -> base.* linux
          volume.qemu         -> volume.nbd
          volume              -> base.* linux volume.*

          filesystem.layout   -> base.*
          filesystem.used     -> base.*
          filesystem.check    -> base.* filesystem.layout
          filesystem.file     -> base.* filesystem.layout
          filesystem.ext.disk -> base.* filesystem.layout filesystem.file
          filesystem.ext.journal -> base.* filesystem.layout filesystem.file filesystem.ext.disk
          filesystem.ext.check -> base.* filesystem.layout filesystem.file filesystem.check \
                                 filesystem.ext.disk filesystem.ext.journal
          filesystem.ext.file -> base.* filesystem.layout filesystem.file filesystem.ext.disk
          filesystem.ext      -> base.* filesystem.layout filesystem.used filesystem.check \
                                 filesystem.file filesystem.ext.*
          filesystem.xfs.layout -> base.* filesystem.layout filesystem.used
          filesystem.xfs.check -> base.* filesystem.layout filesystem.used filesystem.file \
                                 filesystem.check filesystem.xfs.layout
          filesystem.xfs.file -> base.* filesystem.layout filesystem.used filesystem.file \
                                 filesystem.xfs.layout
          filesystem.xfs      -> base.* filesystem.layout filesystem.used filesystem.check \
                                 filesystem.file filesystem.xfs.*
          filesystem.btrfs.tree -> base.* filesystem.layout filesystem.file
          filesystem.btrfs.check -> base.* filesystem.layout filesystem.check \
                                 filesystem.btrfs.tree
          filesystem.btrfs.file -> base.* filesystem.layout filesystem.file \
                                 filesystem.btrfs.tree
          filesystem.btrfs    -> base.* filesystem.layout filesystem.used filesystem.check \
                                 filesystem.file filesystem.btrfs.*
          filesystem.fat      -> base.* filesystem.layout filesystem.used filesystem.check \
                                 filesystem.file
          filesystem.swap     -> base.* filesystem.layout filesystem.used filesystem.check
          filesystem.lvm      -> base.* filesystem.layout filesystem.used filesystem.check \
                                 filesystem.file
          filesystem.partition -> base.* filesystem.layout filesystem.used filesystem.check
          filesystem          -> base.* filesystem.*

          export.nbd          -> base.* linux volume.nbd
          export.qcow         -> base.* linux volume volume.qcow
          export.mount        -> base.* linux linux.fuse filesystem filesystem.file
          export              -> base.* volume export.*

          engine              -> base.* storage repository.* linux volume
          engine.capture      -> base.* storage repository.* linux.* volume filesystem.* engine
          engine.image        -> base.* storage repository.*
          engine.inside       -> base.* repository.snapshot filesystem.* engine
          engine.files        -> base.* linux filesystem.file engine
          engine.backup       -> base.* storage repository.* filesystem volume engine \
                                 engine.capture engine.image engine.inside
          engine.restore      -> base.* storage repository.* linux volume engine
          engine.resize       -> base.* storage repository.* filesystem filesystem.layout \
                                 filesystem.lvm filesystem.partition filesystem.used engine \
                                 engine.image engine.inside engine.restore
          engine.compare      -> base.* storage repository.* linux volume engine
          engine.retention    -> base.* storage repository.* engine
          engine.collect      -> base.* storage repository.* linux volume engine
          engine.verify       -> base.* storage repository.* linux volume engine
          engine.upkeep       -> base.* storage repository.* linux volume engine
          engine.repair       -> base.* storage repository.* engine engine.verify engine.upkeep
          cli.report          -> base.* repository.snapshot repository.tree
          cli.shell           -> base.* repository.crypto repository.read repository.session \
                                 engine engine.collect cli.report
          cli.command         -> base.* storage repository.* linux.* volume.* filesystem.* \
                                 engine.* export.* cli.report cli.shell
          cli.manual          -> engine cli.report cli.shell cli.command
          cli                 -> base.* repository.session engine cli.*
          """);

  static Arrows parse(String lines) {
    Map<String, List<String>> table = new LinkedHashMap<>();
    for (String line : lines.lines().filter(each -> !each.isBlank()).toList()) {
      int arrow = line.indexOf("->");
      String uses = line.substring(arrow + 2).strip();
      table.put(
          line.substring(0, arrow).strip(),
          uses.isEmpty() ? List.of() : List.of(uses.split("\\s+", -1)));
    }
    return new Arrows(table);
  }

  /// Why the room `user` may not use the room `used`; empty when it may.
  Optional<String> objection(String user, String used) {
    if (used.equals(user)) {
      return Optional.empty();
    }
    List<String> allowed = table.get(user);
    if (allowed == null) {
      return Optional.of(user + " has no line in Arrows: say there which rooms it may use");
    }
    if (allowed.stream().anyMatch(each -> covers(each, used))) {
      return Optional.empty();
    }
    return Optional.of(
        user
            + " must not use "
            + used
            + ": arrows point down only, and Arrows lets it use "
            + (allowed.isEmpty() ? "nothing" : String.join(", ", allowed))
            + ". Move what is needed to a room below both, or pass it in as an interface");
  }

  /// The rooms that could use themselves around a corner. There should be none.
  List<String> circles() {
    return table.keySet().stream().filter(room -> reachable(room).contains(room)).toList();
  }

  private Set<String> reachable(String from) {
    Set<String> reached = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(direct(from));
    while (!open.isEmpty()) {
      String room = open.pop();
      if (reached.add(room)) {
        open.addAll(direct(room));
      }
    }
    return reached;
  }

  private List<String> direct(String from) {
    List<String> allowed = table.getOrDefault(from, List.of());
    return table.keySet().stream()
        .filter(room -> !room.equals(from))
        .filter(room -> allowed.stream().anyMatch(each -> covers(each, room)))
        .toList();
  }

  private static boolean covers(String allowed, String room) {
    if (!allowed.endsWith(".*")) {
      return room.equals(allowed);
    }
    String outer = allowed.substring(0, allowed.length() - 2);
    return room.equals(outer) || room.startsWith(outer + ".");
  }
}

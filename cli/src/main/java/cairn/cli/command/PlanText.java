package cairn.cli.command;

import cairn.cli.report.Json;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.engine.resize.ResizePlan;
import cairn.engine.resize.ResizePlan.Move;
import java.io.PrintStream;
import java.util.List;

/// A plan of what goes where, for people and for programs.
final class PlanText {
  static final String FIELD =
      "plan: with --resize, list of partitions, and logical volumes that change, with name, type,"
          + " offset, length, newOffset and newLength";

  private PlanText() {}

  static void print(ResizePlan plan, PrintStream out) {
    Table table =
        Table.of("PART", "TYPE", ">OFFSET", ">SIZE", ">NEW OFFSET", ">NEW SIZE", "CHANGE");
    for (Move move : plan.shown()) {
      table.row(
          move.name(),
          move.type(),
          Units.bytes(move.from()),
          Units.bytes(move.fromBytes()),
          Units.bytes(move.to()),
          Units.bytes(move.toBytes()),
          change(move));
    }
    table.print(out);
  }

  private static String change(Move move) {
    if (move.toBytes() != move.fromBytes()) {
      return move.toBytes() > move.fromBytes() ? "grows" : "shrinks";
    }
    return move.to() == move.from() ? "" : "moves";
  }

  static List<Json> json(ResizePlan plan) {
    return plan.shown().stream()
        .map(move ->
            new Json()
                .put("name", move.name())
                .put("type", move.type())
                .put("offset", move.from())
                .put("length", move.fromBytes())
                .put("newOffset", move.to())
                .put("newLength", move.toBytes()))
        .toList();
  }
}

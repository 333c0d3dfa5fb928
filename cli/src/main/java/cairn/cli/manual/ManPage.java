package cairn.cli.manual;

import cairn.cli.report.JsonFields;
import cairn.cli.shell.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// The man page of one command.
final class ManPage {
  private static final Map<String, String> ENVIRONMENT = new LinkedHashMap<>();

  static {
    ENVIRONMENT.put("CAIRN_REPOSITORY", "Folder of the repository, where -r is not given.");
    ENVIRONMENT.put(
        "CAIRN_PASSPHRASE", "Passphrase of an encrypted repository, where no file is given.");
    ENVIRONMENT.put("CAIRN_NEW_PASSPHRASE", "Passphrase that 'cairn key add' adds.");
    ENVIRONMENT.put("CAIRN_HEAP", "Most memory that the heap takes, such as 512m.");
    ENVIRONMENT.put("CAIRN_DEBUG", "When set, failures are shown with the way through the code.");
  }

  private final CommandSpec spec;
  private final UsageMessageSpec usage;

  ManPage(CommandLine command) {
    this.spec = command.getCommandSpec();
    this.usage = spec.usageMessage();
  }

  /// `cairn-key-add`.
  String name() {
    return spec.qualifiedName("-");
  }

  String text() {
    Roff page = new Roff().title(name(), 1, Version.PROGRAM);
    page.section("NAME").paragraph(name() + " - " + String.join(" ", usage.header()));
    page.section("SYNOPSIS").paragraph(synopsis());
    page.section("DESCRIPTION");
    for (String paragraph : usage.description()) {
      page.paragraph(paragraph);
    }
    writeCommands(page);
    writeOptions(page);
    writeJson(page);
    page.section("EXIT STATUS");
    spec.root().usageMessage().exitCodeList().forEach(page::item);
    page.section("ENVIRONMENT");
    ENVIRONMENT.forEach(page::item);
    page.section("EXAMPLES").verbatim(examples());
    if (spec.parent() != null) {
      page.section("SEE ALSO").paragraph("cairn(1)");
    }
    return page.toString();
  }

  private String synopsis() {
    String synopsis = spec.commandLine().getHelp().synopsis(0);
    return synopsis.strip().replaceAll("\\s+", " ");
  }

  private void writeCommands(Roff page) {
    if (spec.subcommands().isEmpty()) {
      return;
    }
    page.section("COMMANDS");
    for (CommandLine command : spec.subcommands().values()) {
      CommandSpec each = command.getCommandSpec();
      page.item(each.qualifiedName(" "), String.join(" ", each.usageMessage().header()));
    }
  }

  private void writeOptions(Roff page) {
    page.section("OPTIONS");
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      page.item(parameter.paramLabel(), String.join(" ", parameter.description()));
    }
    List<OptionSpec> options = new ArrayList<>(spec.options());
    options.sort(Comparator.comparingInt(OptionSpec::order));
    for (OptionSpec option : options) {
      page.item(term(option), String.join(" ", option.description()));
    }
  }

  private static String term(OptionSpec option) {
    String names = String.join(", ", option.names());
    if (option.negatable()) {
      names += ", --no-" + option.longestName().substring(2);
    }
    if (option.arity().max() == 0) {
      return names;
    }
    return option.arity().min() == 0
        ? names + "[=" + option.paramLabel() + "]"
        : names + " " + option.paramLabel();
  }

  private void writeJson(Roff page) {
    @Nullable JsonFields fields = spec.userObject().getClass().getAnnotation(JsonFields.class);
    if (fields == null) {
      return;
    }
    page.section("JSON OUTPUT")
        .paragraph(
            "With --json, standard output is one object in one line, with these fields. A failure"
                + " is an object with error, a sentence, and exitCode.");
    for (String field : fields.value()) {
      int colon = field.indexOf(": ");
      page.item(field.substring(0, colon), field.substring(colon + 2));
    }
  }

  private List<String> examples() {
    return Arrays.stream(usage.footer())
        .filter(line -> line.startsWith("  "))
        .map(String::strip)
        .toList();
  }
}

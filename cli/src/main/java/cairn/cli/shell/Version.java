package cairn.cli.shell;

/// Name and version of the program, as it shows them and as it writes them into what it makes.
public final class Version {
  public static final String PROGRAM = "cairn 0.1.0";

  private Version() {}
}

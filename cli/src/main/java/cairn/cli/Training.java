package cairn.cli;

/// A typical run of the program, made at build time: the classes that it loads, and how they were
/// linked, go into the AOT cache with which every later run starts.
public final class Training {
  private Training() {}

  public static void main(String[] arguments) {
    expectGood(Main.run("--help"));
    expectGood(Main.run("--version"));
    // As the program ends, because ending loads classes too.
    System.exit(0);
  }

  private static void expectGood(int exitCode) {
    if (exitCode != 0) {
      throw new IllegalStateException("a command of the training run ended with " + exitCode);
    }
  }
}

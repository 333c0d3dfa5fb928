package cairn.cli.shell;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Says what went wrong in one sentence.
public final class Failures {
  private Failures() {}

  /// One line, never empty, without the name of the program.
  public static String sentence(Throwable failure) {
    return switch (failure) {
      case NoSuchFileException missing -> "there is no file " + missing.getFile();
      case AccessDeniedException denied -> "permission denied for " + denied.getFile();
      case FileSystemException system when system.getReason() != null ->
          system.getFile() + ": " + system.getReason();
      case IOException io -> message(io);
      case OutOfMemoryError memory -> "not enough memory: raise CAIRN_HEAP, as in CAIRN_HEAP=1g";
      case RuntimeException bug -> "internal error, please report it: " + named(bug);
      case Error bug -> "internal error, please report it: " + named(bug);
      default -> message(failure);
    };
  }

  /// For those who want to see all of it.
  public static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  /// The text without line breaks.
  public static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? named(failure) : oneLine(message);
  }

  private static String named(Throwable failure) {
    return oneLine(failure.toString());
  }
}

package cairn.cli.report;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What a command prints with `--json`, for the manual.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface JsonFields {
  /// For each field of the object `name: meaning`.
  String[] value();
}

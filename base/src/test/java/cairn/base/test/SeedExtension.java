package cairn.base.test;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;

/// Supplies [Seed] parameters and prints how to replay a test that failed with one. Registered in
/// `META-INF/services`, so that no test has to name it.
public final class SeedExtension implements ParameterResolver, TestWatcher {
  private static final Namespace NAMESPACE = Namespace.create(SeedExtension.class);

  /// A build tells of the change that it was made for; what chance finds beyond that is for the
  /// night, and not for whoever comes by.
  private static final Seed USUAL = new Seed(20_251_121);

  private static final Seed SEED = choose(System.getProperty("seed"));

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Seed.class;
  }

  @Override
  public Seed resolveParameter(ParameterContext parameter, ExtensionContext context) {
    context.getStore(NAMESPACE).put(Seed.class, SEED);
    return SEED;
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    Seed used = context.getStore(NAMESPACE).get(Seed.class, Seed.class);
    if (used != null) {
      System.err.println(context.getUniqueId() + " failed; " + used.replay());
    }
  }

  static Seed choose(@Nullable String property) {
    if (property == null || property.isEmpty()) {
      return USUAL;
    }
    return property.equals("any")
        ? new Seed(RandomGenerator.getDefault().nextLong())
        : new Seed(Long.parseLong(property));
  }
}

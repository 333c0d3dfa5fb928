package cairn.base.test;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/// A test runs, or it fails: an assumption that does not hold is a failure, and so is `@Disabled`.
/// The other conditions (`@EnabledOnOs` and the like) are deactivated in the root pom, together
/// with the one that would keep `@Disabled` from getting here.
public final class NoSkipExtension
    implements BeforeEachCallback,
        TestExecutionExceptionHandler,
        LifecycleMethodExecutionExceptionHandler {
  @Override
  public void beforeEach(ExtensionContext context) {
    boolean disabled =
        AnnotationSupport.isAnnotated(context.getRequiredTestMethod(), Disabled.class)
            || AnnotationSupport.isAnnotated(context.getRequiredTestClass(), Disabled.class);
    if (disabled) {
      throw new AssertionError("A test that is skipped proves nothing: repair or remove it");
    }
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable cause)
      throws Throwable {
    throw failure(cause);
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable cause)
      throws Throwable {
    throw failure(cause);
  }

  @Override
  public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable cause)
      throws Throwable {
    throw failure(cause);
  }

  private static Throwable failure(Throwable cause) {
    if (cause instanceof TestAbortedException) {
      return new AssertionError("This machine lacks what the test needs: provide it", cause);
    }
    return cause;
  }
}

/// What the process is to its commands: its streams, its terminal, its environment, the wish to
/// stop it, and its exit codes.
@NullMarked
package cairn.cli.shell;

import org.jspecify.annotations.NullMarked;

/// The object `config`: what a repository is, how it was made, and its key slots. One JSON
/// document, replaced as a whole; [RepositoryConfig][cairn.repository.config.RepositoryConfig] says
/// what is in it.
@NullMarked
package cairn.repository.config;

import org.jspecify.annotations.NullMarked;

/// File systems that this process shows to others: the channel to `/dev/fuse`, in its own protocol
/// (`linux/fuse.h` 7.31, without libfuse), mounting with root's rights or by `fusermount3`, and the
/// threads that answer. What is shown comes from a [FuseTree], which sees plain Java. Names are
/// bytes throughout. Read-only.
@NullMarked
package cairn.linux.fuse;

import org.jspecify.annotations.NullMarked;

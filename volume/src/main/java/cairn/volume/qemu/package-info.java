/// Running guests of QEMU, by its machine protocol (QMP): their disks, and a moment at which these
/// are shown over NBD while the guests go on writing. `docs/qemu.md` has the same by hand.
@NullMarked
package cairn.volume.qemu;

import org.jspecify.annotations.NullMarked;

/// The disk images of QEMU: their layout, each structure in the class that owns it, and
/// [QcowImage][cairn.volume.qcow.QcowImage], which reads the disk that a guest sees. Layouts follow
/// `docs/interop/qcow2.txt` of QEMU; all numbers are big-endian. Knows `base`, and files only as
/// [BlockReader][cairn.base.block.BlockReader]s that it is given.
@NullMarked
package cairn.volume.qcow;

import org.jspecify.annotations.NullMarked;

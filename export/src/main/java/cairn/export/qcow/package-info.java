/// Images for QEMU: [QcowSink][cairn.export.qcow.QcowSink] writes what
/// [QcowImage][cairn.volume.qcow.QcowImage] reads. Knows `base`, files through `linux` and
/// `volume`, and the layout in `volume.qcow`.
@NullMarked
package cairn.export.qcow;

import org.jspecify.annotations.NullMarked;

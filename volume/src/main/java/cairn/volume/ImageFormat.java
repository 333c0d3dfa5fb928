package cairn.volume;

/// How the bytes of an image file are to be understood.
public enum ImageFormat {
  /// As the file looks: qcow2 when it begins so, else raw. A disk that a guest wrote to may look
  /// like anything, so an image is then allowed to refer to other files only when its name ends as
  /// those of qcow2 images do.
  GUESSED,
  /// The file is the disk.
  RAW,
  QCOW2
}

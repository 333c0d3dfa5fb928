package cairn.export;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The kinds of image files that a volume can be exported as.
public enum ImageKind {
  QCOW2("qcow2", ".qcow2"),
  RAW("raw", ".raw .img"),
  VMDK("vmdk", ".vmdk"),
  VHDX("vhdx", ".vhdx"),
  VDI("vdi", ".vdi"),
  VPC("vpc", ".vhd .vpc");

  private final String word;
  private final String suffixes;

  ImageKind(String word, String suffixes) {
    this.word = word;
    this.suffixes = suffixes;
  }

  /// As people and `qemu-img` call it.
  public String word() {
    return word;
  }

  /// Whether it is made by `qemu-img`.
  public boolean isConverted() {
    return this != QCOW2 && this != RAW;
  }

  public static Optional<ImageKind> ofWord(String word) {
    return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
  }

  /// What a file of this name is, by the end of the name.
  public static Optional<ImageKind> ofName(String name) {
    String small = name.toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(each -> Arrays.stream(each.suffixes.split(" ", -1)).anyMatch(small::endsWith))
        .findFirst();
  }
}

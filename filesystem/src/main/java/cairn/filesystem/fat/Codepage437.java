package cairn.filesystem.fat;

/// The code page of short names, which Linux takes unless told otherwise. Not every runtime has it.
final class Codepage437 {
  private static final String UPPER =
      "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ"
          + "áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
          + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
          + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

  private Codepage437() {}

  static char decode(byte value) {
    return value >= 0 ? (char) value : UPPER.charAt(value & 0x7F);
  }

  /// In lower case, when the code page has such a letter.
  static char decodeLower(byte value) {
    char plain = decode(value);
    char lower = Character.toLowerCase(plain);
    return lower < 0x80 || UPPER.indexOf(lower) >= 0 ? lower : plain;
  }
}

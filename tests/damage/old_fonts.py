"""Vietnamese as the fonts of the nineties store it: TCVN3 (.VnTime) and VNI (VNI-Times)."""

import unicodedata

TCVN3 = dict(
    zip(
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂĐÊÔƠƯ",
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢§£¤¥¦",
        strict=True,
    )
)
VNI_TONES = {"\u0300": "ø", "\u0301": "ù", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
VNI_CIRCUMFLEX = {"": "â", "\u0300": "à", "\u0301": "á", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
VNI_BREVE = {"": "ê", "\u0300": "è", "\u0301": "é", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}
VNI_I = {"\u0300": "ì", "\u0301": "í", "\u0309": "æ", "\u0303": "ó", "\u0323": "ò"}
CIRCUMFLEX, BREVE, HORN = "\u0302", "\u0306", "\u031b"


def to_tcvn3(text: str) -> str:
    """A text as TCVN3 stores it; capitals with marks have no codes of their own there and become small letters."""
    return "".join(TCVN3.get(c) or TCVN3.get(c.lower(), c) for c in unicodedata.normalize("NFC", text))


def to_vni(text: str) -> str:
    """A text as VNI stores it: the letter, then its marks as a letter of their own."""
    return "".join(map(_vni, unicodedata.normalize("NFC", text)))


def _vni(c: str) -> str:
    if c in "đĐ":
        return "ñ" if c == "đ" else "Ñ"
    letter, *marks = unicodedata.normalize("NFD", c)
    tone = next((mark for mark in marks if mark in VNI_TONES), "")
    if CIRCUMFLEX in marks:
        said = letter + VNI_CIRCUMFLEX[tone]
    elif BREVE in marks:
        said = letter + VNI_BREVE[tone]
    elif HORN in marks:
        said = {"o": "ô", "u": "ö"}[letter.lower()] + (VNI_TONES[tone] if tone else "")
    elif letter in "iI" and tone:
        said = VNI_I[tone]
    elif letter in "yY" and tone == "\u0323":
        said = "î"
    else:
        said = letter + (VNI_TONES[tone] if tone else "")
    return said.upper() if c.isupper() else said

"""Workbooks that are encrypted although nobody set a password to open them."""

from io import BytesIO

# Excel encrypts with it what is only protected against changes, and opens such files without asking ([MS-OFFCRYPTO] 2.1.4).
USUAL_PASSWORD = "VelvetSweatshop"


def without_usual_password(content: bytes) -> bytes | None:
    """The workbook as it is once decrypted with the password every Excel knows; None if it has one of its own."""
    import msoffcrypto

    plain = BytesIO()
    try:
        document = msoffcrypto.OfficeFile(BytesIO(content))
        document.load_key(password=USUAL_PASSWORD)
        document.decrypt(plain)
    except MemoryError:
        raise
    except Exception:
        # It has a password of its own, or is encrypted in a way or damaged so that nobody can tell.
        return None
    return plain.getvalue()

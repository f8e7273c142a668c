"""How high a row must be for its texts to be read: no program that opens our sheets is asked to find out."""

LINE, LETTERS_PER_WIDTH = 14.5, 1.12


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a cell so many characters wide."""
    per_line = max(1, int(width * LETTERS_PER_WIDTH))
    return sum(1 + max(0, len(line) - 1) // per_line for line in text.split("\n"))

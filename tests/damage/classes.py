"""Every class of damage, by name."""

from tests.damage.book_damage import BOOK_DAMAGES
from tests.damage.cell_damage import CELL_DAMAGES
from tests.damage.damages import Damage
from tests.damage.file_damage import FILE_DAMAGES
from tests.damage.row_damage import ROW_DAMAGES

DAMAGES: dict[str, Damage] = {one.name: one for one in (*FILE_DAMAGES, *BOOK_DAMAGES, *ROW_DAMAGES, *CELL_DAMAGES)}

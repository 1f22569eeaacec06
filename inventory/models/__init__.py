from .counts import Count, CountLine
from .equipment import Equipment
from .items import Item, ParLevel, Place
from .ledger import Movement, StockLevel
from .lots import Lot

__all__ = ["Count", "CountLine", "Equipment", "Item", "Lot", "Movement", "ParLevel", "Place", "StockLevel"]

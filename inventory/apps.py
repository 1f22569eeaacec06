from django.apps import AppConfig

TRIGGER_WORDS = {
    "inventory_movement_mirrors_original": "A reversal mirrors its original exactly.",
    "inventory_movement_lot_as_tracked": "This item is tracked by lot. Choose the lot.",
    "inventory_movement_lot_of_item": "That lot belongs to another item.",
    "inventory_movement_lot_usable": "This lot is held or has expired. Choose another lot.",
    "inventory_movement_append_only": "The stock ledger is never changed. Take the movement back instead.",
    "inventory_stocklevel_append_only": "Stock levels follow from the ledger. Enter a movement instead.",
}


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = "Inventory"

    def ready(self):
        from clinic.core.db import register_constraint_message
        from inventory import panels

        for name, words in TRIGGER_WORDS.items():
            register_constraint_message(name, words)
        panels.register()

"""Pure rules of stock: expiry, barcodes, packs and reorder quantities. No database, no clock."""

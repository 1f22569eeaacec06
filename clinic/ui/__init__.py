"""What every page is made of: layouts, template tags, forms, navigation, panels and responses."""

"""The paper claim form (02/12): what stands in which box, and where on the page."""

from .boxes import Box, FormPage, boxes

__all__ = ["Box", "FormPage", "boxes"]

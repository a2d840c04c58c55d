"""From a raw table to the questionnaire's columns and codes."""

from bwise.matching.columns import by_question
from bwise.matching.parts import Part, read_parts
from bwise.matching.recognition import DeliveryRead, read_deliveries, read_delivery

__all__ = ["DeliveryRead", "Part", "by_question", "read_deliveries", "read_delivery", "read_parts"]

"""From a raw table to the questionnaire's columns and codes."""

from bwise.matching.columns import Match
from bwise.matching.recognition import DeliveryRead, read_deliveries, read_delivery

__all__ = ["DeliveryRead", "Match", "read_deliveries", "read_delivery"]

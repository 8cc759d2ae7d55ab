"""Who sends interactions and tracking calls: the streams and touchpoints of a program are read once for many rows."""

from dataclasses import dataclass, field

from cxprogram import api_senders
from cxprogram.models import Program
from journeys.services import interactions
from journeys.services.interactions import Door


@dataclass
class Sender(api_senders.Sender):
    doors: dict[int, Door] = field(default_factory=dict)

    def door(self, program: Program) -> Door:
        if program.pk not in self.doors:
            self.doors[program.pk] = interactions.door(program)
        return self.doors[program.pk]

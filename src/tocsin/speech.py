"""How one watch wants to be spoken to, beside what its channel says."""

import msgspec


class Speech(msgspec.Struct, frozen=True, omit_defaults=True):
    """Language, time zone and units of messages; what is empty is as the channel speaks."""

    lang: str = ""
    zone: str = ""
    units: str = ""

"""The one table of settings: parser, template and reference page are made from it."""

from tocsin.config import Field

SETTINGS: dict[str, tuple[Field, ...]] = {
    "engine": (
        Field(
            "step_s",
            1.0,
            "Longest wait before what has arrived is looked at; less decides sooner.",
            unit="s",
            low=0.05,
            high=60.0,
        ),
        Field(
            "refill_min",
            60.0,
            "How far back a source is read again after a restart, where it can be; 0 for not.",
            unit="min",
            low=0.0,
            high=720.0,
        ),
        Field("drill", False, "A drill: every event says so, and only test channels are told."),
        Field(
            "heartbeat_url",
            "",
            "Address of a watchman outside, asked every 30 s while some source is heard.",
        ),
    ),
    "web": (
        Field("host", "127.0.0.1", "Address to listen on; the default is this machine only."),
        Field("port", 8750, "Port to listen on; 0 takes any free one.", low=0, high=65_535),
        Field(
            "public_url",
            "",
            "https address from outside: for links in messages, and for those who sign in.",
        ),
    ),
    "store": (Field("path", "tocsin.db", "The file that remembers events, messages and cursors."),),
    "watchdog": (
        Field("url", "", "Alertmanager that gets a Watchdog alert while all is well.", secret=True),
        Field("every_s", 20.0, "How often.", unit="s", low=5.0, high=3_600.0),
        Field("timeout_s", 10.0, "Longest wait for an answer.", unit="s", low=0.1, high=20.0),
        Field("allow_private", False, "Allow an address of a private network."),
        Field("ca_file", "", "Certificate authority to trust besides the usual ones."),
    ),
    "keys": (
        Field(
            "path",
            "",
            "Memory-backed folder for the voice keys; empty: the one of the system (/dev/shm).",
        ),
    ),
}
"""Fields by section, in the order in which they are shown."""

CHANNEL_FIELDS: tuple[Field, ...] = (
    Field(
        "group_s",
        60.0,
        "After a message about an event the next ones wait so long, unless it got worse or ended.",
        unit="s",
        low=0.0,
        high=86_400.0,
    ),
    Field(
        "budget",
        60,
        "Most messages in an hour, red ones and withdrawals apart; 0 is no bound.",
        unit="messages",
        low=0,
        high=100_000,
    ),
    Field("quiet", "", 'Hours in which all but urgent ones wait, such as "22:00-07:00".'),
    Field("zone", "UTC", 'Time zone of quiet hours and digest, such as "Europe/Madrid".'),
    Field(
        "quiet_break",
        "red",
        "What is told all the same in quiet hours and before the digest.",
        choices=("red", "never"),
    ),
    Field("digest", "", 'Hour at which all but urgent ones are told as one, such as "08:00".'),
    Field("escalate_to", "", "Channel that is told when nobody acknowledges an alert here."),
    Field(
        "escalate_s",
        900.0,
        "How long to wait for an acknowledgement.",
        unit="s",
        low=30.0,
        high=86_400.0,
    ),
    Field("drill", False, "A test channel: drills go to such channels and nowhere else."),
)
"""What `[channels.NAME]` may hold about the sink of that name."""

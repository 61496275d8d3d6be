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
    ),
    "web": (
        Field("host", "127.0.0.1", "Address to listen on; the default is this machine only."),
        Field("port", 8750, "Port to listen on; 0 takes any free one.", low=0, high=65_535),
    ),
    "store": (Field("path", "tocsin.db", "The file that remembers events, messages and cursors."),),
    "keys": (
        Field(
            "path",
            "",
            "Memory-backed folder for the voice keys; empty: the one of the system (/dev/shm).",
        ),
    ),
}
"""Fields by section, in the order in which they are shown."""

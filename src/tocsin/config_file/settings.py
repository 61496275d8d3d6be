"""The one table of settings: parser, template and reference page are made from it."""

from tocsin.config import Field

SETTINGS: dict[str, tuple[Field, ...]] = {
    "engine": (
        Field("language", "en", "Language of headlines, as a BCP 47 tag such as en or es."),
        Field(
            "queue_frames",
            200_000,
            "Frames held between the sources and the pipeline; more rides out longer bursts.",
            unit="frames",
            low=1_000,
            high=5_000_000,
        ),
        Field(
            "batch_frames",
            16_384,
            "Most frames handed to the pipeline at once.",
            unit="frames",
            low=256,
            high=262_144,
        ),
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
            "Folder for the voice keys; it must live in memory. Empty: keys die with the process.",
        ),
    ),
}
"""Fields by section, in the order in which they are shown."""

"""Sends the life of an event to a real Alertmanager on loopback and looks at what it made of it."""

import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from awaited import until  # noqa: E402

from invented_events import alert  # noqa: E402
from loopback import Loopback  # noqa: E402
from tocsin.clock import SystemClock, rfc3339  # noqa: E402
from tocsin.deliver import Watchdog  # noqa: E402
from tocsin.model import Alert  # noqa: E402
from tocsin.sinks.alertmanager import AlertmanagerSink  # noqa: E402

NAMES = ("prometheus-alertmanager", "alertmanager")
CONFIG = """
route: {{receiver: hook, group_by: [event_id], group_wait: 0s, group_interval: 1s}}
receivers:
- name: hook
  webhook_configs: [{{url: "{url}", send_resolved: true}}]
"""


def main() -> int:
    """Run every check; the first that does not hold ends it with an error."""
    name = next((found for each in NAMES if (found := shutil.which(each))), None)
    if name is None:
        print("No Alertmanager here. As root: make alertmanager. Debian: prometheus-alertmanager.")
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        Loopback() as hook,
        _server(name, Path(folder), hook.url) as url,
    ):
        _life(url, hook)
        _beat(url)
    print("A real Alertmanager took alert, update, drill, withdrawal and Watchdog as it should.")
    return 0


@contextmanager
def _server(name: str, folder: Path, hook: str):
    """A server of its own with an empty store, on free ports of this machine."""
    (folder / "am.yml").write_text(CONFIG.format(url=hook), encoding="utf-8")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [name, f"--config.file={folder / 'am.yml'}", f"--storage.path={folder}",
         f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: _answers(url), "it answers")
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _life(url: str, hook: Loopback) -> None:
    clock = SystemClock()
    sink = AlertmanagerSink(AlertmanagerSink.spec.checked("sinks.x", {"url": url}), clock)
    now = rfc3339(clock.now_ms())

    def send(one: Alert) -> None:
        sink.send([one], clock.now_ms())

    send(alert("a", at=now, first_seen=now))
    until(lambda: len(_alerts(url)) == 1, "one alert stands")
    send(alert("a", 2, "update", at=now, first_seen=now, level="red"))
    until(lambda: [a["annotations"]["level"] for a in _alerts(url)] == ["red"],
           "an update changes it and adds none")  # fmt: skip
    send(alert("d", at=now, first_seen=now, drill=True))
    until(lambda: sorted(a["labels"]["alertname"] for a in _alerts(url)) == [
        "Tocsin", "TocsinDrill"], "a drill stands under a name of its own")  # fmt: skip
    until(lambda: b'"firing"' in _bodies(hook), "whoever it routes to is told")
    gone = rfc3339(clock.now_ms())
    send(alert("a", 3, "withdrawal", at=gone, first_seen=now, phase="withdrawn"))
    until(lambda: [a["labels"]["alertname"] for a in _alerts(url)] == ["TocsinDrill"],
           "a withdrawal ends it")  # fmt: skip
    until(lambda: b'"resolved"' in _bodies(hook), "and whoever was told hears that")
    sink.close()


def _beat(url: str) -> None:
    dog = Watchdog({"url": url, "every_s": 20.0, "timeout_s": 5.0}, SystemClock(), lambda: "")
    assert dog.turn(), "the Watchdog is taken"
    until(lambda: any(a["labels"]["alertname"] == "Watchdog" for a in _alerts(url)),
           "the Watchdog stands")  # fmt: skip
    dog.close()


def _alerts(url: str) -> list[dict]:
    return httpx.get(f"{url}/api/v2/alerts?active=true", trust_env=False).json()


def _bodies(hook: Loopback) -> bytes:
    return b"".join(body for _, body, _ in hook.asked)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with Loopback() as other:
        return int(other.url.rpartition(":")[2].partition("/")[0])


if __name__ == "__main__":
    sys.exit(main())

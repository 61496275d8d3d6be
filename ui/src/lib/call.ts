/* How the page calls for attention, only by the reader's choice: a tone made here, a notice. */

let audio: AudioContext | null = null;

/** Two short tones; must first be called from a click, or browsers stay silent. */
export function chime(): void {
  audio ??= new AudioContext();
  void audio.resume();
  const start = audio.currentTime;
  for (const [at, pitch_hz] of [[0, 660], [0.22, 880]] as const) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch_hz;
    volume.gain.setValueAtTime(0.0001, start + at);
    volume.gain.exponentialRampToValueAtTime(0.2, start + at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + at + 0.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(start + at);
    tone.stop(start + at + 0.22);
  }
}

/** Ask whether notices may be shown. */
export async function mayNotify(): Promise<boolean> {
  if (!("Notification" in window)) return false;
  return (await Notification.requestPermission()) === "granted";
}

/** A desktop notice; a later one about the same event takes its place. */
export function notice(text: string, id: string): void {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const shown = new Notification("Tocsin", { body: text, tag: id, icon: "/static/icon.svg" });
  shown.onclick = () => {
    window.focus();
    location.hash = id;
  };
}

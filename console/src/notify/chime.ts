/** Two short notes, made on the spot: there is no file to load. */
const NOTES = [659.3, 880] as const;
const LENGTH = 0.16;
const LOUDNESS = 0.08;

let context: AudioContext | null = null;

/** Browsers play nothing before the first click or key. */
export function startChime(): void {
  const begin = () => {
    if (typeof AudioContext === "undefined") return;
    context ??= new AudioContext();
    void context.resume();
  };
  for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, begin, { once: true });
}

export function chime(): void {
  if (context?.state !== "running") return;
  for (const [n, pitch] of NOTES.entries()) play(context, pitch, context.currentTime + n * LENGTH);
}

function play(on: AudioContext, pitch: number, at: number): void {
  const tone = new OscillatorNode(on, { type: "sine", frequency: pitch });
  const volume = new GainNode(on, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + LENGTH * 2);
  tone.connect(volume).connect(on.destination);
  tone.start(at);
  tone.stop(at + LENGTH * 2);
}

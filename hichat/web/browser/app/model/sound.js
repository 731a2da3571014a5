// The sound of a message that comes: two soft tones, made here.
const TONES = [659.3, 880]; // hertz
const APART = 0.11; // seconds
const LENGTH = 0.35; // seconds of one
const LOUD = 0.12; // of 1

// A browser lets only a page sound that somebody has touched. @return whether it does.
export function chime() {
  if (!("AudioContext" in self) || navigator.userActivation?.hasBeenActive === false) return false;
  const audio = new AudioContext();
  TONES.forEach((frequency, at) => {
    const begin = audio.currentTime + at * APART;
    const tone = new OscillatorNode(audio, { frequency });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.linearRampToValueAtTime(LOUD, begin + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + LENGTH);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + LENGTH);
  });
  // What is open keeps the machine's sound awake.
  setTimeout(() => audio.close(), 2000);
  return true;
}

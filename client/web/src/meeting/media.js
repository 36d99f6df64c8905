// What of a meeting the page cannot say in Rust: camera, microphone and screen, and the one connection that carries them.
//
// Sources are "microphone", "camera" and "screen"; channels are "reliable" and "latest".

// Receivers that are there from the beginning, so that another speaker needs no new offer.
const VOICES = 6;
const PICTURES = 9;

// A picture of 720p and two smaller ones, for those who show it small or hear of it over a weak line; the smallest first,
// since that is what a browser keeps when there is little room.
const CAMERA_LAYERS = [
  { rid: "l", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: "m", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: "h", scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];

// How long a way is looked for before one joins.
const PROBED_FOR_MS = 6_000;

// Where more than this share is lost, what is missed is waited for; and how many measurements long it still is afterwards.
const LOSSY = 0.005;
const STILL_LOSSY = 10;

// The longest wait for what is missed. Whoever talks with someone further away has it stand still now and then.
const MOST_WAIT_MS = 500;

// A camera's position that waits longer than this is out of date.
const MOST_WAITING_BYTES = 64 * 1024;

// The tracks that are sent, by source.
const own = { microphone: null, camera: null, screen: null };

// Counts what was asked of each source, so that what the browser gives late is taken only if it is still wanted.
const asked = { microphone: 0, camera: 0, screen: 0 };

// The connection that there is, or null.
let link = null;

// The ear of the microphone's level.
let ear = null;

function named(name) {
  const error = new Error(name);
  error.name = name;
  return error;
}

// [kind, id, label] of each camera and microphone. Labels are empty before one of them was allowed.
export async function devices() {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return all
    .filter(({ kind }) => kind === "videoinput" || kind === "audioinput")
    .map(({ kind, deviceId, label }) => [kind === "videoinput" ? "camera" : "microphone", deviceId, label]);
}

// Tells when a camera or microphone is plugged in or out.
export function onDevices(changed) {
  navigator.mediaDevices?.addEventListener("devicechange", () => changed());
}

// Whether the browser can send a screen.
export function canShare() {
  return typeof navigator.mediaDevices?.getDisplayMedia === "function";
}

function constraints(source, device) {
  const deviceId = device ? { exact: device } : undefined;
  if (source === "microphone") {
    return { audio: { deviceId, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };
  }
  return { video: { deviceId, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } } };
}

// Begins to take what a source gives; an empty device is the browser's own choice. `ended` is told when it ends by itself.
// Throws an error whose name says why not; "ForgoneError" where it was wanted no more by the time it was given.
export async function capture(source, device, ended) {
  const media = navigator.mediaDevices;
  if (!media) throw named("InsecureError");
  asked[source] += 1;
  const number = asked[source];
  const given =
    source === "screen"
      ? media.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false })
      : media.getUserMedia(constraints(source, device));
  const stream = await given.catch((error) => {
    throw asked[source] === number ? error : named("ForgoneError");
  });
  const [track] = stream.getTracks();
  if (asked[source] !== number) {
    track.stop();
    throw named("ForgoneError");
  }
  if (source === "screen") track.contentHint = "detail";
  release(source);
  own[source] = track;
  track.addEventListener("ended", () => {
    if (own[source] === track) ended(source);
  });
  if (source === "microphone") listen(track);
  await put(source);
}

// Takes nothing of a source any more: its light goes out.
export function release(source) {
  const track = own[source];
  own[source] = null;
  track?.stop();
  if (source === "microphone") {
    ear?.context.close();
    ear = null;
  }
  put(source);
}

// The same, and nothing of it is wanted that the browser may yet give.
export function forgo(source) {
  asked[source] += 1;
  release(source);
}

async function put(source) {
  const sender = link?.senders[source];
  if (sender && sender.track !== own[source]) await sender.replaceTrack(own[source]);
}

// Silences a source without giving it up.
export function enable(source, on) {
  if (own[source]) own[source].enabled = on;
}

function listen(track) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  ear = { context, analyser, samples: new Float32Array(analyser.fftSize) };
  // A browser lets no sound be worked with before something was clicked or typed.
  for (const gesture of ["pointerdown", "keydown"]) {
    addEventListener(gesture, () => ear?.context.resume(), { once: true });
  }
}

// How loud the microphone is, 0 to 1.
export function level() {
  if (!ear) return 0;
  ear.analyser.getFloatTimeDomainData(ear.samples);
  const power = ear.samples.reduce((sum, sample) => sum + sample * sample, 0) / ear.samples.length;
  // 60 dB are shown.
  return Math.min(1, Math.max(0, 1 + Math.log10(power + 1e-12) / 6));
}

// Shows the own picture in a video element.
export function show(element, source) {
  const track = own[source];
  if (element.srcObject?.getTracks()[0] === track) return;
  element.srcObject = track ? new MediaStream([track]) : null;
}

// Plays in an element what a receiver gives; without one it plays nothing.
export function attach(element, mid) {
  const track = mid === undefined ? undefined : receiver(mid);
  if (element.srcObject?.getTracks()[0] === track && track) return;
  element.srcObject = track ? new MediaStream([track]) : null;
  // Refused only where the page may make no sound yet: whoever joins has clicked.
  if (track) element.play().catch(() => {});
}

function receiver(mid) {
  return link?.pc.getTransceivers().find((transceiver) => transceiver.mid === mid)?.receiver.track;
}

// How loud an element plays, 0 to 1.
export function volume(element, loudness) {
  element.volume = loudness;
}

// Sends those layers of a source, and no others: [sent], in their order in the offer.
export function sendLayers(source, sent) {
  const connection = link;
  const sender = connection?.senders[source];
  // Before there is an answer it is said of the connection before this one.
  if (!sender || connection.pc.remoteDescription === null) return;
  // One after another: a browser takes only the parameters that were asked for last.
  connection.parameters = connection.parameters.then(async () => {
    const parameters = sender.getParameters();
    parameters.encodings.forEach((encoding, index) => {
      encoding.active = sent[index] ?? true;
    });
    // Refused where the connection is closed by now.
    await sender.setParameters(parameters).catch(() => {});
  });
}

// Makes a connection, in place of the one before, by relays as [urls, username, credential] where there is no other way.
// `hear` is told (what, detail): ("state", word), ("open", channel), ("message", bytes).
export function connect(hear, relays) {
  disconnect();
  const iceServers = relays.map(([urls, username, credential]) => ({ urls, username, credential }));
  const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers });
  const sending = (source, kind, sendEncodings) => {
    const { sender } = pc.addTransceiver(own[source] ?? kind, { direction: "sendonly", sendEncodings });
    return sender;
  };
  const senders = {
    microphone: sending("microphone", "audio", [{}]),
    camera: sending("camera", "video", CAMERA_LAYERS),
    screen: sending("screen", "video", [{ maxBitrate: 2_500_000 }]),
  };
  for (let count = 0; count < VOICES; count += 1) pc.addTransceiver("audio", { direction: "recvonly" });
  for (let count = 0; count < PICTURES; count += 1) pc.addTransceiver("video", { direction: "recvonly" });
  const channels = {
    reliable: pc.createDataChannel("reliable"),
    latest: pc.createDataChannel("latest", { ordered: false, maxRetransmits: 0 }),
  };
  for (const [name, channel] of Object.entries(channels)) {
    channel.binaryType = "arraybuffer";
    channel.addEventListener("open", () => hear("open", name));
    channel.addEventListener("message", ({ data }) => hear("message", new Uint8Array(data)));
  }
  pc.addEventListener("connectionstatechange", () => hear("state", pc.connectionState));
  link = { pc, senders, channels, parameters: Promise.resolve(), lost: 0, received: 0, lossy: 0 };
}

// The offer of the connection; with `restart` one that looks for its way anew.
export async function offer(restart) {
  const { pc } = link;
  await pc.setLocalDescription(await pc.createOffer({ iceRestart: restart }));
  return pc.localDescription.sdp;
}

export async function answer(sdp) {
  await link.pc.setRemoteDescription({ type: "answer", sdp });
}

// Sends bytes over a channel; whether it could.
export function say(channel, bytes) {
  const way = link?.channels[channel];
  if (way?.readyState !== "open" || way.bufferedAmount > MOST_WAITING_BYTES) return false;
  way.send(bytes);
  return true;
}

// [state, milliseconds there and back, packets lost, packets that came, kind of candidate, protocol, decoded pictures], or
// undefined without a connection.
export async function measure() {
  if (!link) return undefined;
  const { pc } = link;
  const report = await pc.getStats();
  let [lost, received, decoded] = [0, 0, 0];
  for (const entry of report.values()) {
    if (entry.type === "inbound-rtp") {
      lost += entry.packetsLost ?? 0;
      received += entry.packetsReceived ?? 0;
      decoded += entry.framesDecoded ?? 0;
    }
  }
  const [millis, kind, protocol] = way(report);
  wait(link, millis, lost, received);
  return [pc.connectionState, millis, lost, received, kind, protocol, decoded];
}

// What was lost comes again a round trip later: where much is lost, all receivers, the same for sound and picture, play that
// much later instead of standing still each time.
function wait(of, millis, lost, received) {
  const [lostNow, receivedNow] = [lost - of.lost, received - of.received];
  [of.lost, of.received] = [lost, received];
  of.lossy = lostNow > receivedNow * LOSSY ? STILL_LOSSY : Math.max(0, of.lossy - 1);
  const target = of.lossy > 0 ? Math.min(MOST_WAIT_MS, Math.round(1.25 * millis + 50)) : null;
  for (const receiver of of.pc.getReceivers()) receiver.jitterBufferTarget = target;
}

// How a connection would go: `ask` gives the answer to an offer. [milliseconds there and back, kind, protocol], or undefined
// where there is no way within some seconds.
export async function probe(ask) {
  const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  try {
    const channel = pc.createDataChannel("reliable");
    const opened = new Promise((open) => channel.addEventListener("open", () => open(true)));
    const late = new Promise((open) => setTimeout(open, PROBED_FOR_MS, false));
    await pc.setLocalDescription(await pc.createOffer());
    await pc.setRemoteDescription({ type: "answer", sdp: await ask(pc.localDescription.sdp) });
    return (await Promise.race([opened, late])) ? way(await pc.getStats()) : undefined;
  } finally {
    pc.close();
  }
}

// Which pair of candidates carries a connection: [milliseconds there and back, the kind of the own one, by what it goes].
// Behind a relay that is "udp", "tcp" or "tls", by which the relay is reached; "udp" and "tcp" otherwise.
function way(report) {
  let pair = null;
  for (const entry of report.values()) {
    if (entry.type === "transport") pair = report.get(entry.selectedCandidatePairId) ?? pair;
  }
  const own = report.get(pair?.localCandidateId);
  const kind = own?.candidateType ?? "";
  const protocol = (kind === "relay" ? own.relayProtocol : own?.protocol) ?? "";
  return [(pair?.currentRoundTripTime ?? 0) * 1000, kind, protocol];
}

// Ends the connection; what is taken of camera and microphone stays.
export function disconnect() {
  link?.pc.close();
  link = null;
}

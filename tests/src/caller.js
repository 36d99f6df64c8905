// Chromium's half of `caller.rs`.
const VOICES = 3;
const PICTURES = 3;

// Times between two pictures that are noted.
const NOTED_MS = 150;

const seen = new Map();
const playing = [];
const waited = new Map();
let pc = null;

// Notes when pictures come of a receiver, decoded and at their time, though nothing draws them.
const watch = async ({ track }) => {
  const times = { last: null, gaps: [] };
  seen.set(track.id, times);
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    value.close();
    const now = performance.now();
    if (times.last !== null && now - times.last > NOTED_MS) times.gaps.push(now - times.last);
    times.last = now;
  }
};

// Plays a receiver's sound, as a browser does that is to hear it.
const play = ({ track }) => {
  const element = Object.assign(new Audio(), { srcObject: new MediaStream([track]) });
  playing.push(element);
  element.play();
};

// A screen on which something goes on.
const draw = ([width, height]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  let hue = 0;
  setInterval(() => {
    hue += 5;
    context.fillStyle = `hsl(${hue} 100% 50%)`;
    context.fillRect(0, 0, width, height);
  }, 100);
  return canvas.captureStream(10).getVideoTracks()[0];
};

// Holds each encoded picture for some milliseconds: what the network and its measurements see is as it ever was.
const hold = (late) => {
  const script = `onrtctransform = ({ transformer: { readable, writable } }) => {
    const transform = (frame, out) => setTimeout(() => out.enqueue(frame), ${late});
    readable.pipeThrough(new TransformStream({ transform })).pipeTo(writable);
  }`;
  return new RTCRtpScriptTransform(new Worker(URL.createObjectURL(new Blob([script]))));
};

// Sends sound and a picture in as many layers as are named, each by how many times it is smaller, and a screen if there is one.
const send = async ({ width, height, layers, screen, late }) => {
  const wish = { audio: true, video: { width, height, frameRate: 20 } };
  const stream = await navigator.mediaDevices.getUserMedia(wish);
  const layer = (smaller, index) => ({ rid: "lmh"[index], scaleResolutionDownBy: smaller });
  const sendEncodings = layers.length > 1 ? layers.map(layer) : [{}];
  pc.addTransceiver(stream.getAudioTracks()[0], { direction: "sendonly" });
  const camera = pc.addTransceiver(stream.getVideoTracks()[0], { direction: "sendonly", sendEncodings });
  if (late) camera.sender.transform = hold(late);
  if (screen) pc.addTransceiver(draw(screen), { direction: "sendonly" });
};

const offer = async (picture) => {
  pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  if (picture) await send(picture);
  for (let count = 0; count < VOICES; count += 1) pc.addTransceiver("audio", { direction: "recvonly" });
  for (let count = 0; count < PICTURES; count += 1) pc.addTransceiver("video", { direction: "recvonly" });
  pc.createDataChannel("reliable");
  pc.createDataChannel("latest", { ordered: false, maxRetransmits: 0 });
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
};

const answer = async (sdp) => {
  await pc.setRemoteDescription({ type: "answer", sdp });
  for (const { currentDirection, receiver } of pc.getTransceivers()) {
    if (currentDirection !== "recvonly") continue;
    if (receiver.track.kind === "video") watch(receiver);
    else play(receiver);
  }
};

// Times between pictures are counted from now on.
const begin = () => {
  for (const times of seen.values()) times.gaps = [];
};

// The times between two pictures that are longer than a glance; what has stood still until now is one, too.
const gaps = (id) => {
  const times = seen.get(id);
  if (!times || times.last === null) return [];
  const standing = performance.now() - times.last;
  return standing > NOTED_MS ? [...times.gaps, standing] : times.gaps;
};

const pictures = (entry) => ({
  frames: entry.framesDecoded,
  height: entry.frameHeight ?? 0,
  freezes: entry.freezeCount ?? 0,
  frozenSecs: entry.totalFreezesDuration ?? 0,
  gapsMs: gaps(entry.trackIdentifier),
  nacks: entry.nackCount ?? 0,
  repaired: entry.retransmittedPacketsReceived ?? 0,
  lost: entry.packetsLost,
  waitsMs: entry.jitterBufferEmittedCount ? (1000 * entry.jitterBufferDelay) / entry.jitterBufferEmittedCount : 0,
  plis: entry.pliCount ?? 0,
});

// How long sound has waited since the last time, milliseconds.
const waits = (entry) => {
  const before = waited.get(entry.id) ?? { jitterBufferDelay: 0, jitterBufferEmittedCount: 0 };
  waited.set(entry.id, entry);
  const count = entry.jitterBufferEmittedCount - before.jitterBufferEmittedCount;
  return count ? (1000 * (entry.jitterBufferDelay - before.jitterBufferDelay)) / count : 0;
};

// How much later each picture is played than its sound: receivers of both kinds go in pairs, in their order.
const apart = (all) => {
  const of = (kind) => {
    const receivers = pc.getTransceivers().filter((one) => one.currentDirection === "recvonly" && one.receiver.track.kind === kind);
    const came = [...all.values()].filter((entry) => entry.type === "inbound-rtp" && entry.kind === kind);
    return receivers.map(({ mid }) => came.find((entry) => entry.mid === mid && entry.packetsReceived > 0));
  };
  const [sounds, pictures] = [of("audio"), of("video")];
  const pairs = sounds.map((sound, index) => [sound, pictures[index]]).filter(([sound, picture]) => sound && picture);
  return pairs.map(([sound, picture]) => {
    const ms = sound.estimatedPlayoutTimestamp - picture.estimatedPlayoutTimestamp;
    return Number.isFinite(ms) ? ms : null;
  });
};

const sent = (entry) => ({
  ssrc: entry.ssrc,
  repairSsrc: entry.rtxSsrc ?? 0,
  height: entry.frameHeight ?? 0,
  frames: entry.framesEncoded,
  packets: entry.packetsSent - entry.retransmittedPacketsSent,
  repairs: entry.retransmittedPacketsSent,
});

// Plays as much later as the page does where packets are lost (`wait` in its media.js).
const wait = (told) => {
  if (told.pictures.some(({ lost }) => lost > 0)) {
    const target = Math.min(500, Math.round(1.25 * told.roundTripMs + 50));
    for (const receiver of pc.getReceivers()) receiver.jitterBufferTarget = target;
  }
};

const report = async () => {
  const all = await pc.getStats();
  const told = { state: pc.connectionState, protocol: "", roundTripMs: 0, pictures: [], soundBytes: 0, sent: [], soundWaitsMs: [], apartMs: apart(all) };
  for (const entry of all.values()) {
    if (entry.type === "transport") {
      const pair = all.get(entry.selectedCandidatePairId);
      told.roundTripMs = 1000 * (pair?.currentRoundTripTime ?? 0);
      told.protocol = all.get(pair?.localCandidateId)?.protocol ?? "";
    }
    if (entry.type === "inbound-rtp" && entry.kind === "audio") {
      told.soundBytes += entry.bytesReceived;
      if (entry.packetsReceived > 0) told.soundWaitsMs.push(waits(entry));
    }
    if (entry.type === "inbound-rtp" && entry.kind === "video" && entry.framesDecoded > 0) {
      told.pictures.push(pictures(entry));
    }
    if (entry.type === "outbound-rtp" && entry.kind === "video") told.sent.push(sent(entry));
  }
  wait(told);
  return told;
};

window.caller = { offer, answer, begin, report };

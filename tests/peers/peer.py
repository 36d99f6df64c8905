"""A peer that has nothing in common with the server's own WebRTC: aiortc. It sends a tone and a colour, and says what comes.

Lines on standard input and output are JSON. It writes {"offer"}, reads {"answer"}, then answers each {"report"} until {"end"}.
"""

import argparse
import array
import asyncio
import fractions
import json
import math
import sys

import aiortc
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.jitterbuffer import JitterBuffer
from aiortc.mediastreams import MediaStreamTrack
from av import AudioFrame, VideoFrame

RATE = 48_000
SAMPLES = 960
WIDTH, HEIGHT, PICTURES_A_SECOND = 160, 120, 15

# Packets of a picture that wait for a missing one. This client asks again for what it misses only when it misses more, and as
# it is made goes on without it after 512: in pictures as small as these, half a minute.
WAITING = 64


class Paced(MediaStreamTrack):
    """Frames at their time."""

    def __init__(self, every_secs):
        super().__init__()
        self.every_secs, self.count, self.begun = every_secs, 0, None

    async def turn(self):
        loop = asyncio.get_running_loop()
        self.begun = self.begun or loop.time()
        await asyncio.sleep(max(0.0, self.begun + self.count * self.every_secs - loop.time()))
        self.count += 1
        return self.count - 1


class Tone(Paced):
    """A sine of one frequency."""

    kind = "audio"

    def __init__(self, hertz):
        super().__init__(SAMPLES / RATE)
        turns = [int(12_000 * math.sin(2 * math.pi * hertz * at / RATE)) for at in range(RATE)]
        self.second = array.array("h", turns)

    async def recv(self):
        at = (await self.turn()) * SAMPLES
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        first = at % RATE
        frame.planes[0].update(self.second[first : first + SAMPLES].tobytes())
        frame.pts, frame.sample_rate, frame.time_base = at, RATE, fractions.Fraction(1, RATE)
        return frame


class Colour(Paced):
    """A picture of one colour, in which something moves so that each has to be coded."""

    kind = "video"

    def __init__(self, colour):
        super().__init__(1 / PICTURES_A_SECOND)
        self.colour = bytes(colour)

    async def recv(self):
        number = await self.turn()
        frame = VideoFrame(WIDTH, HEIGHT, "rgb24")
        rows = bytearray(self.colour * (WIDTH * HEIGHT))
        at = 3 * (number % WIDTH)
        rows[at : at + 3] = b"\xff\xff\xff"
        frame.planes[0].update(bytes(rows))
        frame.pts, frame.time_base = number, fractions.Fraction(1, PICTURES_A_SECOND)
        return frame


class Heard:
    """What comes of one track."""

    def __init__(self, track):
        self.track, self.frames, self.hertz, self.colour, self.longest_gap_secs, self.last = track, 0, 0.0, None, 0.0, None

    async def listen(self):
        loop = asyncio.get_running_loop()
        while True:
            frame = await self.track.recv()
            now = loop.time()
            if self.last is not None:
                self.longest_gap_secs = max(self.longest_gap_secs, now - self.last)
            self.last = now
            self.frames += 1
            if self.track.kind == "audio":
                self.hear(frame)
            elif self.frames % 5 == 0:
                small = bytes(frame.reformat(16, 16, "rgb24").planes[0])
                self.colour = [sum(small[channel:768:3]) / 256 for channel in range(3)]

    def hear(self, frame):
        channels = len(frame.layout.channels)
        # The memory of a plane is larger than what is in it.
        samples = array.array("h", bytes(frame.planes[0])[: 2 * channels * frame.samples])[::channels]
        if max(map(abs, samples), default=0) < 2_000:
            return
        rises = sum(1 for before, after in zip(samples, samples[1:]) if before < 0 <= after)
        # One frame tells a frequency to 50 Hz; the mean of many tells it well.
        self.hertz += (rises * RATE / len(samples) - self.hertz) * 0.02 if self.hertz else rises * RATE / len(samples)


def told_everywhere(answer):
    """An answer with its candidates in each m-line. They belong into the first (RFC 8843), and aiortc looks into the last."""
    session, *lines = answer.split("\r\nm=")
    candidates = [line for line in lines[0].split("\r\n") if line.startswith(("a=candidate", "a=end-of-candidates"))]
    rest = ["\r\n".join([line.removesuffix("\r\n"), *candidates]) for line in lines[1:]]
    return "\r\nm=".join([session, lines[0], *rest]) + "\r\n"


def say(what):
    print(json.dumps(what), flush=True)


async def main():
    words = argparse.ArgumentParser()
    words.add_argument("--tone", type=float, default=440.0)
    words.add_argument("--colour", type=int, nargs=3, default=[200, 30, 30])
    # One of each kind: of several, this client leaves repairs of pictures to none.
    words.add_argument("--receivers", type=int, default=1)
    words = words.parse_args()

    # One transport from the beginning: where newer versions bundle by kind, they leave some m-lines on a transport of their own.
    bundled = {"bundlePolicy": aiortc.RTCBundlePolicy.MAX_BUNDLE} if hasattr(aiortc, "RTCBundlePolicy") else {}
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[], **bundled))
    pc.addTransceiver(Tone(words.tone), direction="sendonly")
    pc.addTransceiver(Colour(words.colour), direction="sendonly")
    for _ in range(words.receivers):
        pc.addTransceiver("audio", direction="recvonly")
    for _ in range(words.receivers):
        line = pc.addTransceiver("video", direction="recvonly")
        line.receiver._RTCRtpReceiver__jitter_buffer = JitterBuffer(capacity=WAITING, is_video=True)
    heard = {}

    @pc.on("track")
    def on_track(track):
        mid = next(line.mid for line in pc.getTransceivers() if line.receiver.track is track)
        heard[mid] = Heard(track)
        heard[mid].task = asyncio.ensure_future(heard[mid].listen())

    await pc.setLocalDescription(await pc.createOffer())
    say({"offer": pc.localDescription.sdp})
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        asked = json.loads(line)
        if "answer" in asked:
            await pc.setRemoteDescription(RTCSessionDescription(told_everywhere(asked["answer"]), "answer"))
        elif "report" in asked:
            # What has stood still until now is a gap, too.
            say(await report(pc, heard))
        else:
            break
    await pc.close()


async def report(pc, heard):
    now = asyncio.get_running_loop().time()
    lines = {}
    for mid, track in heard.items():
        lines[mid] = {
            "kind": track.track.kind,
            "frames": track.frames,
            "hertz": track.hertz,
            "colour": track.colour,
            "longest_gap_secs": max(track.longest_gap_secs, now - track.last) if track.last else 0.0,
        }
        track.longest_gap_secs, track.last = 0.0, now if track.last else None
    for line in pc.getTransceivers():
        stats = await line.receiver.getStats()
        incoming = [entry for entry in stats.values() if entry.type == "inbound-rtp"]
        told = lines.setdefault(line.mid, {"kind": line.kind})
        told["packets"] = sum(entry.packetsReceived for entry in incoming)
        told["lost"] = sum(entry.packetsLost for entry in incoming)
    return {"state": pc.connectionState, "lines": lines}


asyncio.run(main())

// What the page cannot say in Rust: a module that is named at run time, and a download that is counted.

const MANIFEST = new URL("/viewer/manifest.json", location.href);

let viewer = null;
// The viewer's module as it was compiled, and how often it was started.
let compiled = { url: null, module: null };
let starts = 0;

export function hasWebGl2() {
  try {
    const gl = document.createElement("canvas").getContext("webgl2");
    gl?.getExtension("WEBGL_lose_context")?.loseContext();
    return gl !== null;
  } catch {
    return false;
  }
}

// [script, module, bytes of the module], or undefined while there is none.
export async function manifest() {
  const response = await fetch(MANIFEST, { cache: "no-cache" });
  if (!response.ok) return undefined;
  const { js, wasm, wasm_bytes } = await response.json();
  return [new URL(js, MANIFEST).href, new URL(wasm, MANIFEST).href, Number(wasm_bytes) || 0];
}

// Passes a response on while it counts its bytes, at most some 20 times a second.
function counted(response, progress) {
  const reader = response.body.getReader();
  let done_bytes = 0;
  let told_at = 0;
  const body = new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) {
        progress(done_bytes);
        controller.close();
        return;
      }
      done_bytes += value.byteLength;
      const now = performance.now();
      if (now - told_at > 50) {
        told_at = now;
        progress(done_bytes);
      }
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, { headers: { "content-type": "application/wasm" } });
}

async function compile(module, progress) {
  if (compiled.url === module) return compiled.module;
  const response = await fetch(module);
  if (!response.ok) throw new Error(`${response.status} ${module}`);
  compiled = { url: module, module: await WebAssembly.compileStreaming(counted(response, progress)) };
  return compiled.module;
}

export async function load(script, module, progress) {
  // A viewer starts once in its module's life; the browser takes another address for another module.
  const own = starts === 0 ? script : `${script}?start=${starts}`;
  const [code, module_or_path] = await Promise.all([import(own), compile(module, progress)]);
  starts += 1;
  await code.default({ module_or_path });
  viewer = code;
}

// Ends the viewer, of which nothing more is heard. One that has crashed is past ending.
export function end() {
  const last = viewer;
  viewer = null;
  try {
    last?.on_event(() => {});
    last?.stop();
  } catch (error) {
    console.warn("the viewer that is gone could not be ended", error);
  }
}

export async function begin(canvas, baseUrl, language, quality, hour, view, hear, lost) {
  const element = document.querySelector(canvas);
  element?.addEventListener("webglcontextlost", () => lost(), { once: true });
  // Made before the viewer asks for it, so that what was drawn can still be read when nothing is drawn any more.
  element?.getContext("webgl2", { antialias: false, preserveDrawingBuffer: true });
  viewer.on_event(hear);
  await viewer.start(canvas, baseUrl, JSON.stringify({ language, quality, hour, view }));
  // For tools and tests, which click where a known thing stands.
  globalThis.cloudsiteViewer = viewer;
}

export function isReady() {
  return viewer !== null && viewer.ready() === true;
}

export function send(bytes) {
  viewer?.send(bytes);
}

// How often a picture is tried, and how wide it is at most, pixels.
const TRIES = 20;
const PICTURE_WIDTH = 1400;

// What the canvas shows, as the bytes of a PNG of at most `mostBytes`; undefined if the browser gives none.
export async function picture(selector, mostBytes) {
  const source = document.querySelector(selector);
  if (viewer === null || !source?.width || !source.height) return undefined;
  for (let width = Math.min(source.width, PICTURE_WIDTH), tries = 0; tries < TRIES; tries += 1) {
    const copy = document.createElement("canvas");
    copy.width = Math.round(width);
    copy.height = Math.max(1, Math.round((width * source.height) / source.width));
    const pen = copy.getContext("2d", { willReadFrequently: true });
    await new Promise((next) => requestAnimationFrame(next));
    pen.drawImage(source, 0, 0, copy.width, copy.height);
    // Nothing was drawn yet.
    if (pen.getImageData(copy.width >> 1, copy.height >> 1, 1, 1).data[3] === 0) continue;
    const png = await new Promise((done) => copy.toBlob(done, "image/png"));
    if (png && png.size <= mostBytes) return new Uint8Array(await png.arrayBuffer());
    width *= 0.75;
  }
  return undefined;
}

// What the page cannot say in Rust: a module that is named at run time, and a download that is counted.

const MANIFEST = new URL("/viewer/manifest.json", location.href);

let viewer = null;

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

export async function load(script, module, progress) {
  const [code, response] = await Promise.all([import(script), fetch(module)]);
  if (!response.ok) throw new Error(`${response.status} ${module}`);
  await code.default({ module_or_path: counted(response, progress) });
  viewer = code;
}

export async function begin(canvas, baseUrl, language, quality, hour, view, hear) {
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

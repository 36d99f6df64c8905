// The viewer without the page around it, drawing each frame anew.
const MANIFEST = new URL("/viewer/manifest.json", location.href);
const { js, wasm } = await (await fetch(MANIFEST)).json();
const viewer = await import(new URL(js, MANIFEST).href);
await viewer.default({ module_or_path: new URL(wasm, MANIFEST).href });

// The distance in a `SceneEvent` that holds a camera (field 1): its field 6, a double as all of it but two flags.
function distance_m(event) {
  if (event[0] !== 0x0a) return undefined;
  const view = new DataView(event.buffer, event.byteOffset, event.byteLength);
  for (let at = 2; at < event.length; ) {
    const field = event[at] >> 3;
    if ((event[at] & 7) !== 1) at += 2;
    else if (field === 6) return view.getFloat64(at + 1, true);
    else at += 9;
  }
  return undefined;
}

viewer.on_event((event) => {
  window.distance_m = distance_m(event) ?? window.distance_m;
});
viewer.start("#park", location.origin, JSON.stringify({ quality: "light", bench: true, language: "en" }));
window.settled = () => viewer.ready() && window.distance_m > 0;

// The viewer without the page around it, drawing each frame anew.
const manifest = await (await fetch("/viewer/manifest.json")).json();
const viewer = await import(manifest.js);
await viewer.default({ module_or_path: manifest.wasm });
viewer.on_event(() => {});
viewer.start("#park", location.origin, JSON.stringify({ quality: "light", bench: true, language: "en" }));
window.settled = () => viewer.ready();

// Keeps the time between animation frames, for whoever draws on this page.
window.frames_ms = [];
let before = performance.now();
function tick(now) {
  window.frames_ms.push(now - before);
  before = now;
  requestAnimationFrame(tick);
}
requestAnimationFrame(tick);

// How many tiles the page has asked for.
window.tiles = () => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".mvt")).length;

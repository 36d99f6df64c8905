// The tiles of the server in MapLibre GL, seen from where the viewer's opening view sees them, drawn each frame anew.
import * as maplibregl from "./maplibre-gl.mjs";

maplibregl.setWorkerUrl(new URL("maplibre-gl-worker.mjs", location.href).href);
const tilejson = await (await fetch("/tiles/tilejson.json")).json();
const [west, south, east, north] = tilejson.bounds;
const latitude = (south + north) / 2;
const distance_m = Number(new URLSearchParams(location.search).get("distance"));
// MapLibre's camera stands 1.5 window heights from the point it looks at.
const metres_per_pixel = distance_m / (1.5 * 720);
const zoom = Math.log2((40075016.686 * Math.cos((latitude * Math.PI) / 180)) / (512 * metres_per_pixel));

const fill = (layer, colour) => ({
  id: layer,
  type: "fill",
  source: "park",
  "source-layer": layer,
  paint: { "fill-color": colour },
});
const map = new maplibregl.Map({
  container: "park",
  center: [(west + east) / 2, latitude],
  zoom,
  pitch: 90 - 35,
  bearing: -25,
  maxPitch: 85,
  fadeDuration: 0,
  attributionControl: false,
  style: {
    version: 8,
    sources: { park: { type: "vector", tiles: tilejson.tiles, minzoom: tilejson.minzoom, maxzoom: tilejson.maxzoom } },
    layers: [
      { id: "land", type: "background", paint: { "background-color": "#e8e4da" } },
      fill("zone", "#e4e2d6"),
      fill("green", "#b9d19f"),
      fill("water", "#8fb6cf"),
      fill("parcel", "#dbe6d8"),
      {
        id: "parcel-outline",
        type: "line",
        source: "park",
        "source-layer": "parcel",
        paint: { "line-color": "#8a9a8c", "line-width": 1 },
      },
      {
        id: "road",
        type: "line",
        source: "park",
        "source-layer": "road",
        paint: { "line-color": "#9a9ca0", "line-width": ["interpolate", ["exponential", 2], ["zoom"], 12, 1, 18, 40] },
      },
      {
        id: "building",
        type: "fill-extrusion",
        source: "park",
        "source-layer": "building",
        paint: { "fill-extrusion-color": "#f2efe8", "fill-extrusion-height": ["get", "height_m"] },
      },
    ],
  },
});
// Its workers fetch the tiles, which this page's own list of requests does not show.
const loaded = new Set();
map.on("sourcedata", ({ tile }) => tile && loaded.add(tile.tileID.canonical.key));
window.tiles = () => loaded.size;
map.on("render", () => map.triggerRepaint());
window.settled = () => map.areTilesLoaded() && map.loaded();

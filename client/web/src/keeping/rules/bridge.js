// The rules of the record, a module of their own that is fetched when someone edits.

const MANIFEST = new URL("/rules/manifest.json", location.href);

let loading = null;
let rules = null;

async function load() {
  const response = await fetch(MANIFEST, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${response.status} ${MANIFEST}`);
  const { js, wasm } = await response.json();
  const code = await import(new URL(js, MANIFEST).href);
  await code.default({ module_or_path: new URL(wasm, MANIFEST).href });
  return code;
}

// Takes up what lies around the parcel that is edited.
export async function begin(surroundings) {
  loading ??= load();
  try {
    const code = await loading;
    rules?.free();
    rules = new code.Rules(surroundings);
  } catch (error) {
    // Asked for again the next time.
    loading = null;
    throw error;
  }
}

// What the rules say of the parcel as it stands; an empty text while they are not there.
export function check(parcel) {
  return rules === null ? "" : rules.check(parcel);
}

// What all shaders share; put before each of them.

struct Frame {
    clip_from_world: mat4x4f,
    // xyz: where the eye is; w: metres that a pixel covers at a distance of 1 m.
    eye: vec4f,
    // xyz: towards the sun; w: 0 by day to 1 by night.
    sun: vec4f,
    sun_light: vec4f,
    // Light from above and from below onto what stands.
    sky_light: vec4f,
    ground_bounce: vec4f,
    // rgb: light on flat ground in the sun; w: seconds, for what moves.
    ground_light: vec4f,
    // rgb: what a shadow leaves of that light.
    shadow: vec4f,
    zenith: vec4f,
    // rgb: the horizon's colour, which is the haze's; w: 1 / distance at which haze is thick.
    haze: vec4f,
    // The view's axes: a pixel's ray is forward + x right + y up for x, y of clip space.
    ray_right: vec4f,
    ray_up: vec4f,
    ray_forward: vec4f,
    // xy: size in pixels; z: a slot that stands out in this pane alone, negative if none does.
    screen: vec4f,
    // Four more such slots.
    marked: vec4f,
}

@group(0) @binding(0) var<uniform> frame: Frame;
// A texel a feature: flags, then a tint's sRGB.
@group(0) @binding(1) var states: texture_2d<u32>;

const SELECTED = 1u;
const HOVERED = 2u;
const HIDDEN = 4u;
const FADED = 8u;
const TINTED = 16u;

fn state_of(tagged: u32) -> vec4u {
    let slot = tagged >> 8u;
    let state = textureLoad(states, vec2u(slot & 1023u, slot >> 10u), 0);
    let is_marked = f32(slot) == frame.screen.z || any(vec4f(f32(slot)) == frame.marked);
    let marked = select(0u, SELECTED, is_marked);
    return vec4u(state.x | marked, state.yzw);
}

// A polynomial in place of a power, which costs a machine without a GPU much: off by at most 0.002.
fn linear(srgb: vec3f) -> vec3f {
    return srgb * (srgb * (srgb * 0.305306 + 0.682171) + 0.012523);
}

// The colour of a feature in this state.
fn with_state(colour: vec3f, state: vec4u) -> vec3f {
    var shown = colour;
    if (state.x & TINTED) != 0u {
        shown = mix(shown, linear(vec3f(state.yzw) / 255.0), 0.7);
    }
    if (state.x & FADED) != 0u {
        shown = mix(vec3f(dot(shown, vec3f(0.3, 0.6, 0.1))), vec3f(0.62), 0.5);
    }
    if (state.x & SELECTED) != 0u {
        shown = mix(shown, vec3f(1.0, 0.42, 0.08), 0.55);
    }
    if (state.x & HOVERED) != 0u {
        shown = mix(shown, vec3f(1.0), 0.3);
    }
    return shown;
}

// A position that no pixel shows.
const NOWHERE = vec4f(0.0, 0.0, -2.0, 1.0);

fn haze_at(distance: f32) -> f32 {
    let depth = distance * frame.haze.w;
    return 1.0 - exp(-depth * depth);
}

// How much of a pixel of width `pixel` a stripe of `width` around `at` covers; all in one unit.
fn stripe(at: f32, width: f32, pixel: f32) -> f32 {
    return clamp((width * 0.5 - abs(at)) / pixel + 0.5, 0.0, 1.0) * min(1.0, width / pixel);
}

// The same for stripes repeated at every whole number, of which each is `share` wide.
fn stripes(at: f32, share: f32, pixel: f32) -> f32 {
    let one = clamp((share * 0.5 - abs(fract(at) - 0.5)) / pixel + 0.5, 0.0, 1.0);
    return mix(one, share, clamp(pixel * 2.0 - 0.6, 0.0, 1.0));
}

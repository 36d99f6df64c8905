// Everything that lies on the ground. What a pixel needs is found a vertex; only marked surfaces look at their position.

override DETAIL: bool = true;

struct Varying {
    @builtin(position) position: vec4f,
    // rgb lit; a: haze.
    @location(0) colour: vec4f,
    // xy: metres across and along; z: half width.
    @location(1) across: vec3f,
    @location(2) @interpolate(flat) kind: u32,
    @location(3) world: vec2f,
}

fn found(at: vec2f, across: vec2f, colour: vec4f, tagged: u32) -> Varying {
    var out: Varying;
    let state = state_of(tagged);
    let kind = tagged & 255u;
    var ground = at;
    var shown = linear(colour.rgb);
    let distance = length(vec3f(at.x, 0.0, at.y) - frame.eye.xyz);
    if kind == 3u {
        var width = max(colour.a * 25.5, frame.eye.w * distance * 1.3);
        if (state.x & SELECTED) != 0u {
            width = max(width * 2.2, 3.0);
            shown = vec3f(1.0, 0.3, 0.02);
        } else if (state.x & FADED) != 0u {
            shown = mix(shown, vec3f(0.55), 0.8);
        }
        ground += across * width;
    } else if kind == 6u {
        shown = with_state(shown, state & vec4u(~SELECTED, 255u, 255u, 255u));
        if (state.x & SELECTED) != 0u {
            shown = mix(shown, vec3f(1.0, 0.42, 0.08), 0.18);
        }
    } else {
        shown = with_state(shown, state);
    }
    out.position = frame.clip_from_world * vec4f(ground.x, 0.0, ground.y, 1.0);
    if (state.x & HIDDEN) != 0u {
        out.position = NOWHERE;
    }
    out.colour = vec4f(shown * frame.ground_light.rgb, haze_at(distance));
    out.across = vec3f(across, colour.a * 63.75);
    out.kind = kind;
    out.world = ground;
    return out;
}

@vertex
fn vertex(
    @location(0) at: vec2f,
    @location(1) across: vec2f,
    @location(2) colour: vec4f,
    @location(3) tagged: u32,
) -> Varying {
    return found(at, across, colour, tagged);
}

// Edge lines, a double yellow line in the middle of wide roads, dashes between lanes.
fn road(colour: vec3f, across: vec3f, pixels: vec2f) -> vec3f {
    let half = across.z;
    let pixel = max(pixels.x, 0.01);
    let white = vec3f(0.86) * frame.ground_light.rgb;
    let yellow = vec3f(0.86, 0.56, 0.12) * frame.ground_light.rgb;
    let side = abs(across.x);
    var painted = mix(colour, white, stripe(side - half + 0.5, 0.22, pixel));
    let dash = stripes(across.y / 15.0, 0.4, pixels.y / 15.0);
    if half > 6.0 {
        painted = mix(painted, yellow, stripe(side - 0.25, 0.2, pixel));
        let lane = (side - 0.5) / 3.6;
        let inside = step(0.6, lane) * step(lane * 3.6, half - 2.0);
        painted = mix(painted, white, stripe((fract(lane + 0.5) - 0.5) * 3.6, 0.18, pixel) * inside * dash);
    } else {
        painted = mix(painted, white, stripe(side, 0.18, pixel) * dash);
    }
    return painted;
}

// Two tracks of two rails on a bed.
fn track(colour: vec3f, across: vec3f, pixels: vec2f) -> vec3f {
    let pixel = max(pixels.x, 0.01);
    let rail = stripe(abs(abs(across.x) - 2.2) - 0.72, 0.16, pixel);
    let sleeper = stripes(across.y / 0.7, 0.4, pixels.y / 0.7) * step(abs(abs(across.x) - 2.2), 1.25);
    return mix(colour * (1.0 - 0.18 * sleeper), vec3f(0.16) * frame.ground_light.rgb, rail);
}

// Ripples that mix in more or less of the sky.
fn water(colour: vec3f, world: vec2f) -> vec3f {
    let view = normalize(frame.eye.xyz - vec3f(world.x, 0.0, world.y));
    let glance = 1.0 - view.y;
    var reflected = 0.12 + 0.65 * glance * glance * glance;
    if DETAIL {
        let t = frame.ground_light.w;
        // Bent by a longer wave, or it would be a grid; and gone where a pixel is as wide as a wave.
        let bend = 1.9 * sin(world.x * 0.037 - world.y * 0.061 + t * 0.3);
        let ripple = sin(world.x * 0.23 + world.y * 0.11 + bend + t) * sin(world.y * 0.19 - world.x * 0.07 - bend + t * 0.8)
            + 0.5 * sin(world.x * 0.71 - world.y * 0.53 + 2.0 * bend + t * 1.7);
        let pixel = frame.eye.w * length(frame.eye.xyz - vec3f(world.x, 0.0, world.y)) / max(view.y, 0.1);
        reflected += 0.055 * ripple / (1.0 + pixel * pixel * 0.5);
    }
    return mix(colour, mix(frame.haze.rgb, frame.zenith.rgb, 0.35), clamp(reflected, 0.0, 0.85));
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4f {
    var colour = in.colour.rgb;
    // Derivatives want uniform control flow.
    let pixels = fwidth(in.across.xy);
    if in.kind == 1u {
        colour = road(colour, in.across, pixels);
    } else if in.kind == 2u {
        colour = water(colour, in.world);
    } else if in.kind == 4u {
        colour = track(colour, in.across, pixels);
    }
    return vec4f(mix(colour, frame.haze.rgb, in.colour.a), 1.0);
}

// From afar, where no marking can be seen: a colour a vertex, and nothing to think about a pixel.
struct Plain {
    @builtin(position) position: vec4f,
    @location(0) colour: vec3f,
}

@vertex
fn plain_vertex(
    @location(0) at: vec2f,
    @location(1) across: vec2f,
    @location(2) colour: vec4f,
    @location(3) tagged: u32,
) -> Plain {
    let all = found(at, across, colour, tagged);
    var shown = all.colour.rgb;
    if all.kind == 2u {
        shown = water(shown, all.world);
    }
    return Plain(all.position, mix(shown, frame.haze.rgb, all.colour.a));
}

@fragment
fn plain_fragment(in: Plain) -> @location(0) vec4f {
    return vec4f(in.colour, 1.0);
}

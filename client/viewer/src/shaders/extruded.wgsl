// Buildings, viaducts, fences and turbines. Light is found a vertex; windows and panels a pixel.

override DETAIL: bool = true;

struct Varying {
    @builtin(position) position: vec4f,
    // rgb: the face's lit colour; a: haze.
    @location(0) colour: vec4f,
    // xy: place on the facade in bays and storeys; z: height above ground, metres.
    @location(1) place: vec3f,
    // What the pattern of windows or panels is filled with, lit; a: style, for what is no pattern.
    @location(2) filling: vec4f,
    // Shares of a bay and of a storey that are filled; zero fills nothing.
    @location(3) @interpolate(flat) share: vec4f,
}

// Bay and storey in metres, and the filled share of each.
fn pattern(style: u32) -> vec4f {
    switch style {
        case 1u: { return vec4f(2.4, 3.8, 0.90, 0.66); }
        case 2u: { return vec4f(12.0, 7.0, 0.92, 0.22); }
        case 3u: { return vec4f(3.6, 3.1, 0.46, 0.52); }
        case 4u: { return vec4f(16.0, 9.0, 0.94, 0.10); }
        case 5u: { return vec4f(4.8, 4.0, 0.72, 0.50); }
        case 6u: { return vec4f(9.0, 9.0, 0.985, 0.985); }
        case 7u: { return vec4f(6.2, 3.1, 0.95, 0.66); }
        case 8u: { return vec4f(7.0, 5.0, 0.80, 0.74); }
        default: { return vec4f(1.0, 1.0, 0.0, 0.0); }
    }
}

fn lit(albedo: vec3f, normal: vec3f) -> vec3f {
    // Half Lambert squared: shaded faces keep their form.
    let facing = dot(normal, frame.sun.xyz) * 0.5 + 0.5;
    let sun = frame.sun_light.rgb * facing * facing;
    let sky = mix(frame.ground_bounce.rgb, frame.sky_light.rgb, normal.y * 0.5 + 0.5);
    return albedo * (sun + sky);
}

fn found(at: vec3f, normal: vec4f, colour: vec4f, facade: vec2f, tagged: u32) -> Varying {
    var out: Varying;
    let state = state_of(tagged);
    let style = tagged & 255u;
    var world = at;
    if style == 10u {
        world = turned_blade(at, normal.xyz, facade);
    }
    let distance = length(world - frame.eye.xyz);
    out.position = frame.clip_from_world * vec4f(world, 1.0);
    if (state.x & HIDDEN) != 0u {
        out.position = NOWHERE;
    }
    let albedo = with_state(linear(colour.rgb), state);
    out.colour = vec4f(lit(albedo, normal.xyz), haze_at(distance));
    let repeat = pattern(style);
    out.place = vec3f(facade / repeat.xy, world.y);
    out.share = vec4f(repeat.zw, f32(style), f32(tagged >> 8u));
    out.filling = vec4f(filling(style, albedo, normal.xyz, world), 0.0);
    return out;
}

@vertex
fn vertex(
    @location(0) at: vec3f,
    @location(1) normal: vec4f,
    @location(2) colour: vec4f,
    @location(3) facade: vec2f,
    @location(4) tagged: u32,
) -> Varying {
    return found(at, normal, colour, facade, tagged);
}

// From afar, where windows run together: their share of the colour a vertex, and nothing to think about a pixel.
struct Plain {
    @builtin(position) position: vec4f,
    @location(0) colour: vec3f,
}

@vertex
fn plain_vertex(
    @location(0) at: vec3f,
    @location(1) normal: vec4f,
    @location(2) colour: vec4f,
    @location(3) facade: vec2f,
    @location(4) tagged: u32,
) -> Plain {
    let all = found(at, normal, colour, facade, tagged);
    let filled = mix(all.colour.rgb, all.filling.rgb, all.share.x * all.share.y);
    let shaded = filled * mix(0.88, 1.0, clamp(all.place.z * 0.16, 0.0, 1.0));
    return Plain(all.position, mix(shaded, frame.haze.rgb, all.colour.a));
}

@fragment
fn plain_fragment(in: Plain) -> @location(0) vec4f {
    return vec4f(in.colour, 1.0);
}

// What a turbine's blade looks like after it has turned about its hub.
fn turned_blade(hub: vec3f, facing: vec3f, offset: vec2f) -> vec3f {
    let angle = frame.ground_light.w * 0.9 + hub.x;
    let right = vec3f(facing.z, 0.0, -facing.x);
    let turned = vec2f(offset.x * cos(angle) - offset.y * sin(angle), offset.x * sin(angle) + offset.y * cos(angle));
    return hub + right * turned.x + vec3f(0.0, turned.y, 0.0);
}

fn filling(style: u32, albedo: vec3f, normal: vec3f, world: vec3f) -> vec3f {
    switch style {
        case 6u: { return lit(albedo * 1.06, normal); }
        case 7u: { return lit(vec3f(0.030, 0.066, 0.17), normal) + frame.zenith.rgb * 0.10; }
        case 8u: { return lit(linear(vec3f(0.57, 0.70, 0.44)), normal); }
        default: {
            // Glass: dark, and the sky that it mirrors, more of it seen from below.
            let mirrored = mix(frame.zenith.rgb, frame.haze.rgb, 0.45);
            let facing = dot(normal, frame.sun.xyz) * 0.5 + 0.5;
            return vec3f(0.020, 0.032, 0.045) + mirrored * (0.20 + 0.22 * facing) * mix(vec3f(1.0), albedo, 0.35);
        }
    }
}

// 0 to 1, from a window's place.
fn chance(cell: vec2f, salt: f32) -> f32 {
    return fract(sin(dot(cell, vec2f(12.9898, 78.233)) + salt) * 43758.547);
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4f {
    let pixel = fwidth(in.place.xy);
    let filled = stripes(in.place.x, in.share.x, pixel.x) * stripes(in.place.y, in.share.y, pixel.y);
    var inside = in.filling.rgb;
    if DETAIL {
        let window = in.share.z > 0.5 && in.share.z < 5.5;
        let near = clamp(1.0 - max(pixel.x, pixel.y), 0.0, 1.0);
        let one = chance(floor(in.place.xy), in.share.w);
        if window {
            inside *= 1.0 + 0.35 * (one - 0.5) * near;
            let burning = mix(0.35, step(0.62, one), near) * frame.sun.w;
            inside += vec3f(1.0, 0.66, 0.30) * burning * 0.9;
        }
    }
    var colour = mix(in.colour.rgb, inside, filled);
    // Less sky is seen near the ground.
    colour *= mix(0.80, 1.0, clamp(in.place.z * 0.16, 0.0, 1.0));
    return vec4f(mix(colour, frame.haze.rgb, in.colour.a), 1.0);
}

// The same mesh thrown onto the ground along the sun's rays.
@vertex
fn shadow_vertex(
    @location(0) at: vec3f,
    @location(1) normal: vec4f,
    @location(3) facade: vec2f,
    @location(4) tagged: u32,
) -> @builtin(position) vec4f {
    var world = at;
    if (tagged & 255u) == 10u {
        world = turned_blade(at, normal.xyz, facade);
    }
    let fallen = world - frame.sun.xyz * (world.y / max(frame.sun.y, 0.05));
    if (state_of(tagged).x & HIDDEN) != 0u || (tagged & 255u) == 9u {
        return NOWHERE;
    }
    return frame.clip_from_world * vec4f(fallen.x, 0.0, fallen.z, 1.0);
}

@fragment
fn shadow_fragment() -> @location(0) vec4f {
    return vec4f(frame.shadow.rgb, 1.0);
}

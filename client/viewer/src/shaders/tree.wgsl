// Trees: one small mesh, an instance each, lit a vertex.

struct Varying {
    @builtin(position) position: vec4f,
    @location(0) colour: vec3f,
}

// Where a vertex of this tree stands. `shape` is a tree of height 1 around the origin.
fn standing(shape: vec3f, at: vec2f, height: f32, variation: f32) -> vec3f {
    let turn = variation * 6.2831;
    let turned = vec2f(shape.x * cos(turn) - shape.z * sin(turn), shape.x * sin(turn) + shape.z * cos(turn));
    let spread = height * (0.85 + 0.3 * fract(variation * 7.0));
    return vec3f(at.x + turned.x * spread, shape.y * height, at.y + turned.y * spread);
}

@vertex
fn vertex(
    // w: 0 crown, 1 trunk.
    @location(0) shape: vec4f,
    @location(1) at: vec2f,
    @location(2) height: f32,
    @location(3) variation: f32,
) -> Varying {
    var out: Varying;
    let world = standing(shape.xyz, at, height, variation);
    out.position = frame.clip_from_world * vec4f(world, 1.0);
    let normal = normalize(vec3f(world.x - at.x, (shape.y - 0.55) * height * 0.8, world.z - at.y) + vec3f(0.0, 0.001, 0.0));
    let facing = dot(normal, frame.sun.xyz) * 0.5 + 0.5;
    let shade = fract(variation * 13.0);
    let leaf = mix(linear(vec3f(0.42, 0.55, 0.27)), linear(vec3f(0.60, 0.70, 0.36)), shade);
    let albedo = mix(leaf, linear(vec3f(0.48, 0.42, 0.36)), shape.w);
    let sky = mix(frame.ground_bounce.rgb, frame.sky_light.rgb, normal.y * 0.5 + 0.5);
    let light = frame.sun_light.rgb * facing * facing + sky * mix(0.55, 1.0, shape.y);
    out.colour = mix(albedo * light, frame.haze.rgb, haze_at(length(world - frame.eye.xyz)));
    return out;
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4f {
    return vec4f(in.colour, 1.0);
}

@vertex
fn shadow_vertex(
    @location(0) shape: vec4f,
    @location(1) at: vec2f,
    @location(2) height: f32,
    @location(3) variation: f32,
) -> @builtin(position) vec4f {
    let world = standing(shape.xyz, at, height, variation);
    let fallen = world - frame.sun.xyz * (world.y / max(frame.sun.y, 0.05));
    return frame.clip_from_world * vec4f(fallen.x, 0.0, fallen.z, 1.0);
}

@fragment
fn shadow_fragment() -> @location(0) vec4f {
    return vec4f(frame.shadow.rgb, 1.0);
}

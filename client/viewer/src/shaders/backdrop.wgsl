// The sky, and the land out to the horizon: one triangle that fills what nothing else has drawn.

struct Varying {
    @builtin(position) position: vec4f,
    @location(0) ray: vec3f,
}

@vertex
fn vertex(@builtin(vertex_index) index: u32) -> Varying {
    var out: Varying;
    let corner = vec2f(f32((index << 1u) & 2u), f32(index & 2u)) * 2.0 - 1.0;
    // Depth is reversed: 0 is the far end.
    out.position = vec4f(corner, 0.0, 1.0);
    out.ray = frame.ray_forward.xyz + corner.x * frame.ray_right.xyz + corner.y * frame.ray_up.xyz;
    return out;
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4f {
    let ray = normalize(in.ray);
    if ray.y < 0.0 {
        let land = linear(vec3f(0.838, 0.852, 0.796)) * frame.ground_light.rgb;
        return vec4f(mix(land, frame.haze.rgb, haze_at(frame.eye.y / -ray.y)), 1.0);
    }
    let up = 1.0 - (1.0 - ray.y) * (1.0 - ray.y);
    var colour = mix(frame.haze.rgb, frame.zenith.rgb, up * up * 0.35 + up * 0.65);
    let towards = max(dot(ray, frame.sun.xyz), 0.0);
    let glow = towards * towards;
    let wide = glow * glow * glow * glow;
    colour += frame.sun_light.rgb * (wide * 0.16 + pow(towards, 900.0) * 4.0);
    return vec4f(colour, 1.0);
}

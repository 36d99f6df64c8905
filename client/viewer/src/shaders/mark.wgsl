// Marks: small shapes that keep a least size on the screen, drawn over everything, in colours of their own by day and night.

struct Varying {
    @builtin(position) position: vec4f,
    @location(0) colour: vec4f,
}

@vertex
fn vertex(
    @location(0) anchor: vec3f,
    // From the anchor, in sizes.
    @location(1) offset: vec3f,
    // Metres, and pixels at least.
    @location(2) size: vec2f,
    @location(3) colour: vec4f,
) -> Varying {
    var out: Varying;
    let depth = (frame.clip_from_world * vec4f(anchor, 1.0)).w;
    let metres = max(size.x, size.y * frame.eye.w * depth);
    let clip = frame.clip_from_world * vec4f(anchor + offset * metres, 1.0);
    // Between the near plane and the horizon wherever it is: people may be as high as the eye is, where the near plane is far.
    out.position = vec4f(clip.xy, clip.w * 0.5, clip.w);
    // What stands at the eye itself would fill the picture.
    let apart = clamp(depth / size.x * 0.5 - 1.0, 0.0, 1.0);
    out.colour = vec4f(linear(colour.rgb), colour.a * apart);
    return out;
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4f {
    return vec4f(in.colour.rgb * in.colour.a, in.colour.a);
}
